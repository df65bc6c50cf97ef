// Reads users from CSV (RFC 4180): the first line names the columns, each further line is a user.

import { parse } from 'csv-parse/sync'
import { IMPORT_FIELDS, type ImportField, importFieldOf } from '../../domain/imported-user.ts'
import type { ImportLine } from '../../engine/import-users.ts'
import { SettingError } from '../../settings.ts'
import type { Line } from './lines.ts'
import { rejectUnknownField } from './unknown-field.ts'

/** @throws SettingError if the first line lacks a required column, or has an unknown one */
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
    throw new SettingError(`The first line of a CSV file must name the columns, but ${header.refused}. Save the file as CSV in UTF-8.`)
  const names = parseLine(header.text)
  const fields = names?.map(importFieldOf) ?? []
  // Without a known column this line is data of a user, which the error must not repeat.
  if (names === undefined || fields.every((field) => field === undefined)) {
    throw new SettingError(`The first line of a CSV file must name the columns, separated by commas: ${IMPORT_FIELDS.join(', ')}.`)
  }
  rejectUnknownField('column', names)
  const known = fields.filter((field) => field !== undefined)
  const duplicate = known.find((field, index) => known.indexOf(field) !== index)
  if (duplicate !== undefined) throw new SettingError(`Two columns mean ${duplicate}: remove one.`)
  for (const required of ['username', 'hash'] as const) {
    if (!known.includes(required)) throw new SettingError(`The column ${required} is missing. Columns: ${IMPORT_FIELDS.join(', ')}.`)
  }
  return known
}

const BAD_QUOTES = 'a quote is not closed on the same line, or not doubled inside a value'

function rowsOf(lines: readonly Line[], columns: readonly ImportField[]): readonly ImportLine[] {
  const readable = lines.filter((line): line is Line & { text: string } => 'text' in line && hasClosedQuotes(line.text))
  const parsed = parseAll(readable.map(({ text }) => text))
  const cells = new Map(readable.map(({ line, text }, index) => [line, parsed ? parsed[index] : parseLine(text)]))
  return lines.map((line): ImportLine => {
    if ('refused' in line) return line
    const row = cells.get(line.line)
    if (row === undefined) return { line: line.line, refused: BAD_QUOTES }
    if (row.length !== columns.length)
      return { line: line.line, refused: `the line has ${row.length} values for ${columns.length} columns` }
    return { line: line.line, values: Object.fromEntries(columns.map((column, index) => [column, row[index]])) }
  })
}

/** No accepted value contains a line break, so an open quote spoils only its own line. */
function hasClosedQuotes(text: string): boolean {
  let quotes = 0
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) quotes += 1
  return quotes % 2 === 0
}

/** Parses many lines at once, which is faster; undefined if one of them is invalid. */
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
