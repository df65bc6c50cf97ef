// Temporary paths for database files, deleted after the tests.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

const folder = mkdtempSync(join(tmpdir(), 'latchkey-stores-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let count = 0

/** Returns the path of a missing file in a new folder. */
export function temporaryPath(): string {
  count += 1
  return join(mkdtempSync(join(folder, `${count}-`)), 'latchkey.db')
}
