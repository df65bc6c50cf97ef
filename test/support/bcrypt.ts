// bcrypt hashes of the lowest cost, for tests that need many.

import { createRequire } from 'node:module'

interface Bcrypt {
  hash(password: string, cost: number): Promise<string>
}

/** Typed here, so that tests compile with either installed major version. */
const { hash }: Bcrypt = createRequire(import.meta.url)('@node-rs/bcrypt')

export function bcrypt(password: string): Promise<string> {
  return hash(password, 4)
}
