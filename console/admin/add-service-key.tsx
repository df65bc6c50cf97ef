// Makes a key for a service, and shows its value the only time that there is.

import { TextInput } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import { ActionButton } from '../shared/action-button.tsx'
import { Outcome } from '../shared/outcome.tsx'
import { useAction } from '../shared/use-action.ts'
import { isCode } from './administer.ts'
import { keys, type NewServiceKey } from './keys.ts'
import { NewKeyValue } from './new-key-value.tsx'
import { say } from './say.ts'

export function AddServiceKey({ onAdded }: { readonly onAdded: () => void }) {
  const [typed, setTyped] = useState('')
  const [wrong, setWrong] = useState<string>()
  const [made, setMade] = useState<NewServiceKey>()
  const field = useRef<HTMLInputElement>(null)
  const { busy, failure, run } = useAction()

  function refuse() {
    setWrong(say('serviceInvalid'))
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
        if (!isCode(error, 'request.invalid')) throw error
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
        label={say('service')}
        description={say('serviceHint')}
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        error={wrong}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        ref={field}
      />
      <Outcome failure={failure} done={busy ? say('addingKey') : undefined} />
      <div className="actions">
        <ActionButton type="submit" busy={busy}>
          {say('addKey')}
        </ActionButton>
      </div>
    </form>
  )
}
