// Deleting the account: what goes is said first, and the password and the name are asked for.

import { Button } from '@mantine/core'
import { useState } from 'react'
import { Dialog } from '../shared/dialog.tsx'
import { Section } from '../shared/section.tsx'
import { DeleteForm } from './delete-form.tsx'
import { say } from './say.ts'

export function DeleteAccount({ username }: { readonly username: string }) {
  const [opened, setOpened] = useState(false)
  return (
    <Section id="delete" title={say('deleteTitle')} lead={say('deleteLead')} danger>
      <div className="actions">
        <Button variant="outline" color="red" onClick={() => setOpened(true)}>
          {say('deleteOpen')}
        </Button>
      </div>
      <Dialog opened={opened} onClose={() => setOpened(false)} title={say('deleteDialog', { name: username })}>
        <DeleteForm username={username} onCancel={() => setOpened(false)} />
      </Dialog>
    </Section>
  )
}
