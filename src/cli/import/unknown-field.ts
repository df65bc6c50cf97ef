// What is named and not known is refused at once, so that nothing of somebody's data is left behind unnoticed.

import { IMPORT_FIELDS, importFieldOf } from '../../domain/imported-user.ts'
import { SettingError } from '../../settings.ts'

const MAX_SHOWN = 40

/** @throws SettingError naming it, and what is accepted */
export function rejectUnknownField(what: 'column' | 'field', names: readonly string[]): void {
  const unknown = names.find((name) => importFieldOf(name) === undefined)
  if (unknown === undefined) return
  const shown = JSON.stringify(unknown.length > MAX_SHOWN ? `${unknown.slice(0, MAX_SHOWN)}…` : unknown)
  throw new SettingError(`The ${what} ${shown} is not known. Accepted are ${IMPORT_FIELDS.join(', ')}; leave out the rest.`)
}
