// Rejects unknown columns and fields, so that no data of users is dropped silently.

import { IMPORT_FIELDS, importFieldOf } from '../../domain/imported-user.ts'
import { SettingError } from '../../settings.ts'

const MAX_SHOWN = 40

/** @throws SettingError with the unknown name and the accepted ones */
export function rejectUnknownField(what: 'column' | 'field', names: readonly string[]): void {
  const unknown = names.find((name) => importFieldOf(name) === undefined)
  if (unknown === undefined) return
  const shown = JSON.stringify(unknown.length > MAX_SHOWN ? `${unknown.slice(0, MAX_SHOWN)}…` : unknown)
  throw new SettingError(`The ${what} ${shown} is unknown. Accepted: ${IMPORT_FIELDS.join(', ')}. Remove the others.`)
}
