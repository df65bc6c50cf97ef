// A piece of a password that an attacker would try as one unit.

export interface Token {
  readonly start: number
  readonly length: number
  /** The number of guesses, as a power of two. */
  readonly bits: number
}
