// The search form. The server matches whole usernames and ids, so it searches on submit, not with every letter.

import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { t } from './i18n.ts'

interface FindUserProps {
  readonly name: string
  /** An empty name lists all users. */
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
