// Maps an error response to the form field that it is about.

import type { LatchkeyError } from '../../src/client/index.ts'
import { failureText } from '../shared/failure-text.ts'
import { t } from './i18n.ts'

export type Field = 'username' | 'email' | 'password' | 'roles'

export interface FieldError {
  readonly field: Field
  readonly text: string
}

/** Undefined if the error is not about a field. */
export function fieldErrorFrom(error: LatchkeyError): FieldError | undefined {
  const field = (error.detail.field ?? error.code).split('.')[0]
  switch (field) {
    case 'username':
    case 'password':
      return { field, text: failureText(error) }
    case 'email':
      return { field, text: t('emailInvalid') }
    case 'roles':
      return { field, text: t('rolesInvalid') }
    default:
      return undefined
  }
}
