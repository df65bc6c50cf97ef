// Reads users from JSON lines: each line is an object.

import { type ImportValues, importFieldOf } from '../../domain/imported-user.ts'
import type { ImportLine } from '../../engine/import-users.ts'
import type { Line } from './lines.ts'
import { rejectUnknownField } from './unknown-field.ts'

/** @throws SettingError if the first object has an unknown field */
export async function* readJsonLines(groups: AsyncIterable<readonly Line[]>): AsyncGenerator<ImportLine> {
  let isFirst = true
  for await (const group of groups) {
    for (const line of group) {
      const object = 'text' in line ? objectIn(line.text) : undefined
      if (isFirst && object !== undefined) rejectUnknownField('field', Object.keys(object))
      isFirst = false
      yield object === undefined
        ? { line: line.line, refused: 'refused' in line ? line.refused : 'the line is not a JSON object' }
        : rowOf(line.line, object)
    }
  }
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function rowOf(line: number, object: Readonly<Record<string, unknown>>): ImportLine {
  const members = Object.entries(object).map(([name, value]) => [importFieldOf(name), value] as const)
  if (members.some(([field]) => field === undefined)) return { line, refused: 'the line has an unknown field' }
  const values: ImportValues = Object.fromEntries(members)
  return Object.keys(values).length < members.length ? { line, refused: 'two fields of the line mean the same' } : { line, values }
}
