// A password field with a button that shows the password.

import { PasswordInput } from '@mantine/core'
import type { Ref } from 'react'
import { t } from './i18n.ts'

interface SecretFieldProps {
  readonly label: string
  readonly name: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly autoComplete: 'current-password' | 'new-password'
  readonly hint?: string
  readonly error?: string | undefined
  readonly fieldRef?: Ref<HTMLInputElement>
  /** Receives the focus when its dialog opens. */
  readonly isFirst?: boolean
}

export function SecretField({ label, name, value, onChange, autoComplete, hint, error, fieldRef, isFirst = false }: SecretFieldProps) {
  return (
    <PasswordInput
      label={label}
      name={name}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      autoComplete={autoComplete}
      description={hint}
      error={error}
      ref={fieldRef ?? null}
      data-autofocus={isFirst || undefined}
      visibilityToggleButtonProps={{ 'aria-label': t('show'), tabIndex: 0 }}
    />
  )
}
