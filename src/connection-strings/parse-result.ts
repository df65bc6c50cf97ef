// The result of parsing a connection string: its value, or the problem. A problem never quotes a part of the text
// that can be a password, whatever characters the password has.

export type ParseResult<T> = { readonly value: T } | Problem

export interface Problem {
  /** The text after the value: `the port is no number`. Without a full stop. */
  readonly problem: string
}

export function problem(text: string): Problem {
  return { problem: text }
}

export function isProblem(reading: object): reading is Problem {
  return 'problem' in reading
}

export function valueOrUndefined<T>(reading: ParseResult<T>): T | undefined {
  return isProblem(reading) ? undefined : reading.value
}

export function problemOf(reading: ParseResult<unknown>): string | undefined {
  return isProblem(reading) ? reading.problem : undefined
}
