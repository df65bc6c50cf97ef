// Looks for one user: the server finds whole names and codes, so it is asked when the reader says so and not at every letter.

import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { t } from './i18n.ts'

interface FindUserProps {
  readonly name: string
  /** With an empty name everybody is listed. */
  readonly onFind: (name: string) => void
}

export function FindUser({ name, onFind }: FindUserProps) {
  const [typed, setTyped] = useState(name)

  function submit(event: FormEvent) {
    event.preventDefault()
    onFind(typed.trim())
  }

  return (
    <search>
      <form className="find" onSubmit={submit}>
        <TextInput
          type="search"
          label={t('findLabel')}
          description={t('findHint')}
          inputWrapperOrder={['label', 'input', 'description']}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
        />
        <div className="actions">
          <Button type="submit" variant="default">
            {t('find')}
          </Button>
          {name !== '' && (
            <Button variant="subtle" onClick={() => onFind('')}>
              {t('showAll')}
            </Button>
          )}
        </div>
      </form>
    </search>
  )
}
