// Parses libpq's keyword/value form, `host=localhost dbname=latchkey`: pairs separated by spaces, values with spaces in single
// quotes (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE).

import { hasControl, type Parameter } from './address.ts'
import { type ParseResult, problem } from './parse-result.ts'

const PAIR = /\s*([A-Za-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/sy

export function isKeywordValue(text: string): boolean {
  return /^\s*[A-Za-z_]+\s*=/.test(text)
}

export function readKeywordValue(text: string): ParseResult<readonly Parameter[]> {
  if (hasControl(text)) return problem('it contains a line break or another control character')
  const parameters: Parameter[] = []
  const line = text.trimEnd()
  PAIR.lastIndex = 0
  while (PAIR.lastIndex < line.length) {
    const [matched, name = '', quoted, plain = ''] = PAIR.exec(line) ?? []
    if (matched === undefined)
      return problem(
        String.raw`it is not of the form name=value name=value; write a value with spaces or quotes in single quotes, with \' and \\`,
      )
    parameters.push({ name, value: (quoted ?? plain).replace(/\\(.)/gs, '$1') })
  }
  return { value: parameters }
}
