// Parses sqlite:PATH and sqlite::memory:. Notations of other software, in which the same slashes mean another path, are refused; the error
// shows the accepted notation.

import { hasControl } from './address.ts'
import { type ParseResult, problem } from './parse-result.ts'

export const IN_MEMORY = ':memory:'

/** @param text after `sqlite:` @returns the path of the file, or `:memory:` */
export function readSqlite(text: string): ParseResult<string> {
  if (text === IN_MEMORY) return { value: text }
  if (text === '') return problem('it names no file; write sqlite:latchkey.db')
  if (hasControl(text)) return problem('the path contains a line break or another control character')
  if (/^\/{0,3}:memory:?(\?.*)?$/.test(text) || /^:/.test(text)) return problem('for a database in memory write sqlite::memory:')
  if (text.startsWith('//')) return slashProblem(text)
  if (/^file:/i.test(text)) return problem(`write ${suggestedForm(text.replace(/^file:(\/\/(?=\/))?/i, ''))}`)
  if (text.includes('?')) return problem(`parameters after “?” are not accepted; write ${suggestedForm(text)}`)
  if (text.startsWith('~')) return problem('“~” is not expanded to a home folder; write the whole path')
  if (/[/\\]$/.test(text)) return problem(`it names a folder; name a file in it: ${suggestedForm(`${text}latchkey.db`)}`)
  return { value: text }
}

/** In `//host` the first part would be a host; three slashes mean the working folder to some and the root to others. */
function slashProblem(text: string): ParseResult<string> {
  if (text.includes('@')) return problem('SQLite is a file on this machine, without host and password; write sqlite:latchkey.db')
  const path = text.replace(/^\/+/, '')
  if (/^\/{4}/.test(text)) return problem(`write ${suggestedForm(`/${path}`)}`)
  return problem(
    `slashes decide where a file is; write ${suggestedForm(path)} (in the working folder) or ${suggestedForm(`/${path}`)} (from the root)`,
  )
}

function suggestedForm(path: string): string {
  const file = path.replace(/\?.*$/s, '')
  return `sqlite:${file.includes('@') || file === '' || file === '/' ? `${file === '/' ? '/' : ''}latchkey.db` : file}`
}
