// A piece of a password that guessers would try as one.

export interface Token {
  readonly start: number
  readonly length: number
  /** How many guesses it takes, as a power of two. */
  readonly bits: number
}
