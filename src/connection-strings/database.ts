// Parses DATABASE_URL: a SQLite file, or a PostgreSQL server.

import { isProblem, type ParseResult, problem } from './parse-result.ts'
import { isPostgres, readPostgres } from './postgres.ts'
import { readSqlite } from './sqlite.ts'

export type DatabaseChoice = { readonly engine: 'sqlite'; readonly path: string } | { readonly engine: 'postgres'; readonly url: string }

export function readDatabase(given: string): ParseResult<DatabaseChoice> {
  const text = given.trim()
  if (/^sqlite:/i.test(text)) {
    const path = readSqlite(text.slice('sqlite:'.length))
    return isProblem(path) ? path : { value: { engine: 'sqlite', path: path.value } }
  }
  if (!isPostgres(text)) return problem(withoutScheme(text))
  const target = readPostgres(text)
  return isProblem(target) ? target : { value: { engine: 'postgres', url: text } }
}

function withoutScheme(text: string): string {
  if (/^sqlite3:/i.test(text)) return 'write sqlite:PATH'
  if (/^file:/i.test(text)) return 'for a file write sqlite:PATH'
  if (/^postgres(ql)?:/i.test(text)) return 'write two slashes after the colon: postgres://'
  if (/^(jdbc:)?postgres|^postgres(ql)?\+\w+:/i.test(text)) return 'write postgres://'
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return 'it does not begin with sqlite: or postgres://'
  return 'it has no scheme; for a file write sqlite:PATH, for a server postgres://'
}
