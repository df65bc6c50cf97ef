// Time is handed in, so that tests can turn it.

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
}
