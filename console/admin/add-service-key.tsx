// The form to create a service key, whose value is shown once.

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
  const [created, setCreated] = useState<NewServiceKey>()
  const field = useRef<HTMLInputElement>(null)
  const { busy, failure, run } = useAction()

  function showInvalid() {
    setWrong(t('serviceInvalid'))
    field.current?.focus()
  }

  async function submit(event: FormEvent) {
    event.preventDefault()
    setWrong(undefined)
    const service = typed.trim()
    if (service === '') return showInvalid()
    await run(async () => {
      try {
        setCreated(await keys.add(service))
        setTyped('')
        onAdded()
      } catch (error) {
        if (!hasCode(error, 'request.invalid')) throw error
        showInvalid()
      }
    })
  }

  function close() {
    setCreated(undefined)
    requestAnimationFrame(() => field.current?.focus())
  }

  if (created !== undefined) return <NewKeyValue created={created} onDone={close} />
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
