// libfaketime: a wrong clock for a child process.

import { globSync } from 'node:fs'

export function libfaketime(): string {
  const [found] = globSync('/usr/lib/*/faketime/libfaketime.so.1')
  if (found === undefined) throw new Error('libfaketime is missing: npm test says how to install it')
  return found
}
