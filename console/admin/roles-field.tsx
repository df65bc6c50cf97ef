// A text field for roles, separated by spaces or commas.

import { TextInput } from '@mantine/core'
import { t } from './i18n.ts'

interface RolesFieldProps {
  readonly name: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly error: string | undefined
}

export function RolesField({ name, value, onChange, error }: RolesFieldProps) {
  return (
    <TextInput
      label={t('roles')}
      description={t('rolesHint')}
      name={name}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      error={error}
      autoComplete="off"
      autoCapitalize="off"
      spellCheck={false}
    />
  )
}

export function rolesIn(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,，、]+/).filter(Boolean))]
}
