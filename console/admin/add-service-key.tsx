// Makes a key for a service, and shows its value the only time that there is.

import { TextInput } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import { ActionButton } from '../shared/action-button.tsx'
import { FormStatus } from '../shared/form-status.tsx'
import { useAction } from '../shared/use-action.ts'
import { hasCode } from './admin-api.ts'
import { t } from './i18n.ts'
import { keys, type NewServiceKey } from './keys.ts'
import { NewKeyValue } from './new-key-value.tsx'

export function AddServiceKey({ onAdded }: { readonly onAdded: () => void }) {
  const [typed, setTyped] = useState('')
  const [wrong, setWrong] = useState<string>()
  const [made, setMade] = useState<NewServiceKey>()
  const field = useRef<HTMLInputElement>(null)
  const { busy, failure, run } = useAction()

  function refuse() {
    setWrong(t('serviceInvalid'))
    field.current?.focus()
  }

  async function submit(event: FormEvent) {
    event.preventDefault()
    setWrong(undefined)
    const service = typed.trim()
    if (service === '') return refuse()
    await run(async () => {
      try {
        setMade(await keys.add(service))
        setTyped('')
        onAdded()
      } catch (error) {
        if (!hasCode(error, 'request.invalid')) throw error
        refuse()
      }
    })
  }

  function close() {
    setMade(undefined)
    requestAnimationFrame(() => field.current?.focus())
  }

  if (made !== undefined) return <NewKeyValue made={made} onDone={close} />
  return (
    <form className="form add-key" onSubmit={(event) => void submit(event)} noValidate>
      <TextInput
        label={t('service')}
        description={t('serviceHint')}
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        error={wrong}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        ref={field}
      />
      <FormStatus failure={failure} done={busy ? t('addingKey') : undefined} />
      <div className="actions">
        <ActionButton type="submit" busy={busy}>
          {t('addKey')}
        </ActionButton>
      </div>
    </form>
  )
}
