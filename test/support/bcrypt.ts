// bcrypt hashes at the lowest cost there is, for tests that need many.

import { createRequire } from 'node:module'

interface Bcrypt {
  hash(password: string, cost: number): Promise<string>
}

/** Typed here, so that tests compile beside either major version that is installed: only the one in the lock file runs them. */
const { hash }: Bcrypt = createRequire(import.meta.url)('@node-rs/bcrypt')

export function bcrypt(password: string): Promise<string> {
  return hash(password, 4)
}
