// A field for a password, with a button that shows it.

import { PasswordInput } from '@mantine/core'
import type { Ref } from 'react'
import { say, type TextKey } from './say.ts'

interface SecretFieldProps {
  readonly label: TextKey
  readonly name: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly autoComplete: 'current-password' | 'new-password'
  readonly hint?: TextKey
  readonly error?: string | undefined
  readonly fieldRef?: Ref<HTMLInputElement>
}

export function SecretField({ label, name, value, onChange, autoComplete, hint, error, fieldRef }: SecretFieldProps) {
  return (
    <PasswordInput
      label={say(label)}
      name={name}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      autoComplete={autoComplete}
      description={hint && say(hint)}
      error={error}
      ref={fieldRef ?? null}
      visibilityToggleButtonProps={{ 'aria-label': say('show'), tabIndex: 0 }}
    />
  )
}
