// Users from CSV (RFC 4180): the first line names the columns, every further line is one user.

import { parse } from 'csv-parse/sync'
import { IMPORT_FIELDS, type ImportField, importFieldOf } from '../../domain/imported-user.ts'
import type { ImportLine } from '../../engine/import-users.ts'
import { SettingError } from '../../settings.ts'
import type { Line } from './lines.ts'
import { rejectUnknownField } from './unknown-field.ts'

/** @throws SettingError when the first line does not name what is needed, or names what is not known */
export async function* readCsv(groups: AsyncIterable<readonly Line[]>): AsyncGenerator<ImportLine> {
  let columns: readonly ImportField[] | undefined
  for await (const group of groups) {
    const [first, ...others] = group
    if (first === undefined) continue
    if (columns !== undefined) {
      yield* rowsOf(group, columns)
      continue
    }
    columns = columnsOf(first)
    yield* rowsOf(others, columns)
  }
}

function columnsOf(header: Line): readonly ImportField[] {
  if ('refused' in header)
    throw new SettingError(`The first line of CSV names the columns; ${header.refused}. Save the file as CSV in UTF-8.`)
  const names = parseLine(header.text)
  const fields = names?.map(importFieldOf) ?? []
  // Where not one is known this is no heading but somebody's data, which is not to be repeated.
  if (names === undefined || fields.every((field) => field === undefined)) {
    throw new SettingError(`The first line of CSV names the columns, with commas between them: ${IMPORT_FIELDS.join(', ')}.`)
  }
  rejectUnknownField('column', names)
  const known = fields.filter((field) => field !== undefined)
  const twice = known.find((field, index) => known.indexOf(field) !== index)
  if (twice !== undefined) throw new SettingError(`Two columns stand for ${twice}: leave one out.`)
  for (const needed of ['username', 'hash'] as const) {
    if (!known.includes(needed)) throw new SettingError(`There is no column ${needed}. The columns are ${IMPORT_FIELDS.join(', ')}.`)
  }
  return known
}

const BAD_QUOTES = 'quotes are not closed in the line, or stand inside a value without being doubled'

function rowsOf(lines: readonly Line[], columns: readonly ImportField[]): readonly ImportLine[] {
  const readable = lines.filter((line): line is Line & { text: string } => 'text' in line && hasClosedQuotes(line.text))
  const together = parseAll(readable.map(({ text }) => text))
  const cells = new Map(readable.map(({ line, text }, index) => [line, together ? together[index] : parseLine(text)]))
  return lines.map((line): ImportLine => {
    if ('refused' in line) return line
    const row = cells.get(line.line)
    if (row === undefined) return { line: line.line, refused: BAD_QUOTES }
    if (row.length !== columns.length) return { line: line.line, refused: `there are ${row.length} values for ${columns.length} columns` }
    return { line: line.line, values: Object.fromEntries(columns.map((column, index) => [column, row[index]])) }
  })
}

/** No value that is accepted holds a line break. So a quote left open costs its own line, and not the rest of the file. */
function hasClosedQuotes(text: string): boolean {
  let quotes = 0
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) quotes += 1
  return quotes % 2 === 0
}

/** Many lines at once, which is quicker; undefined where one of them is wrong. */
function parseAll(lines: readonly string[]): readonly (readonly string[])[] | undefined {
  try {
    const rows: string[][] = parse(lines.join('\n'), { record_delimiter: '\n', relax_column_count: true })
    return rows.length === lines.length ? rows : undefined
  } catch {
    return undefined
  }
}

function parseLine(text: string): readonly string[] | undefined {
  return parseAll([text])?.[0]
}
