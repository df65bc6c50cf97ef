// Users from JSON lines: every line is one object.

import { type ImportValues, importFieldOf } from '../../domain/imported-user.ts'
import type { ImportLine } from '../../engine/import-users.ts'
import type { Line } from './lines.ts'
import { rejectUnknownField } from './unknown-field.ts'

/** @throws SettingError when the first object has a member that is not known */
export async function* readJsonLines(groups: AsyncIterable<readonly Line[]>): AsyncGenerator<ImportLine> {
  let isFirst = true
  for await (const group of groups) {
    for (const line of group) {
      const object = 'text' in line ? objectIn(line.text) : undefined
      if (isFirst && object !== undefined) rejectUnknownField('field', Object.keys(object))
      isFirst = false
      yield object === undefined
        ? { line: line.line, refused: 'refused' in line ? line.refused : 'the line is no JSON object' }
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
  if (members.some(([field]) => field === undefined)) return { line, refused: 'the line has a field that is not known' }
  const values: ImportValues = Object.fromEntries(members)
  return Object.keys(values).length < members.length ? { line, refused: 'two fields of the line stand for the same' } : { line, values }
}
