// What reading a connection string gives: what it means, or what is wrong with it. A problem never quotes a part of the text
// that can be a password, whatever characters the password has.

export type Reading<T> = { readonly value: T } | Problem

export interface Problem {
  /** Words after the value: `the port is no number`. Without a full stop. */
  readonly problem: string
}

export function problem(text: string): Problem {
  return { problem: text }
}

export function isProblem(reading: object): reading is Problem {
  return 'problem' in reading
}

export function acceptedOf<T>(reading: Reading<T>): T | undefined {
  return isProblem(reading) ? undefined : reading.value
}

export function problemOf(reading: Reading<unknown>): string | undefined {
  return isProblem(reading) ? reading.problem : undefined
}
