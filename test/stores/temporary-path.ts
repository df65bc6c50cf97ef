// Places for database files that are gone when the tests are over.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

const folder = mkdtempSync(join(tmpdir(), 'latchkey-stores-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let made = 0

/** A path in a folder of its own, where there is no file yet. */
export function temporaryPath(): string {
  made += 1
  return join(mkdtempSync(join(folder, `${made}-`)), 'latchkey.db')
}
