// The section to delete the account, with a dialog.

import { Button } from '@mantine/core'
import { useState } from 'react'
import { Card } from '../shared/card.tsx'
import { Dialog } from '../shared/dialog.tsx'
import { DeleteForm } from './delete-form.tsx'
import { t } from './i18n.ts'

export function DeleteAccount({ username }: { readonly username: string }) {
  const [opened, setOpened] = useState(false)
  return (
    <Card id="delete" title={t('deleteTitle')} lead={t('deleteLead')} danger>
      <div className="actions">
        <Button variant="outline" color="red" onClick={() => setOpened(true)}>
          {t('deleteOpen')}
        </Button>
      </div>
      <Dialog opened={opened} onClose={() => setOpened(false)} title={t('deleteDialog', { name: username })}>
        <DeleteForm username={username} onCancel={() => setOpened(false)} />
      </Dialog>
    </Card>
  )
}
