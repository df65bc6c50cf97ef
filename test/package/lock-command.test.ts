// Tests `npm run lock` against the configured registry: it adds what is missing, and invents nothing.

import { deepEqual, equal, match } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryFolder } from '../support/server.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const OF_ANOTHER_PLATFORM = 'node_modules/@node-rs/bcrypt-win32-ia32-msvc'

interface LockFile {
  readonly packages: Record<string, { version?: string; integrity?: string } & Record<string, unknown>>
}

const committed = readFileSync(join(ROOT, 'package-lock.json'), 'utf8')

let folder = ''
before(async () => {
  folder = await temporaryFolder()
})
after(() => rm(folder, { recursive: true, force: true }))

const lockFile = () => readFileSync(join(folder, 'package-lock.json'), 'utf8')

function complete(change: (lock: LockFile) => void) {
  const lock = JSON.parse(committed) as LockFile
  change(lock)
  const before = `${JSON.stringify(lock, null, 2)}\n`
  writeFileSync(join(folder, 'package-lock.json'), before)
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'tools/complete-lockfile.ts')], {
    cwd: folder,
    encoding: 'utf8',
  })
  return { status, stdout, stderr, before }
}

test('adds the integrity of the registry to an entry without one', () => {
  const { status, stdout, stderr } = complete(({ packages }) => delete packages[OF_ANOTHER_PLATFORM]?.integrity)
  equal(status, 0, stderr)
  match(stdout, /0 packages of other platforms and 1 integrities added/)
  deepEqual(JSON.parse(lockFile()), JSON.parse(committed))
})

test('adds an entry that npm has left out, with its integrity', () => {
  const { status, stdout, stderr } = complete(({ packages }) => delete packages[OF_ANOTHER_PLATFORM])
  equal(status, 0, stderr)
  match(stdout, /1 packages of other platforms and 1 integrities added/)
  const { packages } = JSON.parse(committed) as LockFile
  const { version, integrity, cpu, os, optional } = packages[OF_ANOTHER_PLATFORM] ?? {}
  deepEqual((JSON.parse(lockFile()) as LockFile).packages[OF_ANOTHER_PLATFORM], { version, integrity, cpu, os, optional })
})

test('names what the registry does not have, and does not change the file', () => {
  const { status, stderr, before } = complete(({ packages }) => {
    packages[OF_ANOTHER_PLATFORM] = { version: '0.0.0-none', optional: true }
  })
  equal(status, 1)
  match(stderr, /^The registry has no sha512 integrity for @node-rs\/bcrypt-win32-ia32-msvc@0\.0\.0-none\. /)
  equal(lockFile(), before)
})
