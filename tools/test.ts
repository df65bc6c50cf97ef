// npm test: runs all checks; with --fast (npm run check) those that are fast enough for every commit. Each step can be run alone.

import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { installMissing } from './debian-packages.ts'

const FAST_TESTS = ['architecture', 'domain', 'engine', 'http', 'model', 'pages', 'platform']
const fast = process.argv.includes('--fast')

/** Debian packages of clients and services that tests use, by a command that each contains. */
const CLIENTS = {
  curl: 'curl',
  python3: 'python3',
  openssl: 'openssl',
  chromium: 'chromium',
  'firefox-esr': 'firefox-esr',
  'redis-server': 'redis-server',
  psql: 'postgresql',
  pgbouncer: 'pgbouncer',
  faketime: 'faketime',
  nginx: 'nginx',
  caddy: 'caddy',
}

/** Files that a test leaves behind if it runs in this folder instead of one of its own. */
const LEFTOVER_FILES = '*.{db,db-shm,db-wal,secret}'
const before = new Set(globSync(LEFTOVER_FILES))

const steps: readonly (readonly [string, readonly string[]])[] = [
  ['commits', [process.execPath, 'tools/check-commits.ts']],
  ['types', ['npm', 'run', '--silent', 'types']],
  ['pages', [process.execPath, 'tools/build-pages.ts', '--if-stale']],
  ['lint', ['npm', 'run', '--silent', 'lint']],
  ['tests', [process.execPath, '--test', '--test-timeout=600000', ...testFiles()]],
  ...(fast ? [] : [['guard', [process.execPath, 'bench/regression.ts']] as const]),
]

if (!fast) installMissing(CLIENTS)
for (const [name, [command = '', ...args]] of steps) {
  const began = performance.now()
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  if (status !== 0) {
    process.stderr.write(`\n${name} failed after ${seconds} s\n`)
    process.exit(1)
  }
  process.stdout.write(`${name} passed in ${seconds} s\n`)
}

const left = globSync(LEFTOVER_FILES).filter((name) => !before.has(name))
if (left.length > 0) {
  process.stderr.write(`\nTests have left ${left.join(', ')} in the working directory\n`)
  process.exit(1)
}

function testFiles(): readonly string[] {
  const pattern = fast ? `test/{${FAST_TESTS.join(',')}}/**/*.test.ts` : 'test/**/*.test.ts'
  const files = globSync(pattern).sort()
  if (files.length === 0) throw new Error(`No test file matches ${pattern}`)
  return files
}
