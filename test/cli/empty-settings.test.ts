// Tests that an empty setting counts as not set, whatever its source, such as `REDIS_URL=` from `${REDIS_URL:-}` in Compose.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createLatchkey } from '../../src/index.ts'
import { isSecretEmpty, loadSettings } from '../../src/server/load-settings.ts'
import { readSettings, SETTING_KEYS, SETTINGS } from '../../src/settings.ts'
import { runCommand, startServer, temporaryFolder } from '../support/server.ts'

let folder = ''
before(async () => {
  folder = await temporaryFolder()
})
after(() => rm(folder, { recursive: true, force: true }))

const NONE = readSettings({}, (key) => key)
const nameOf = (key: keyof typeof SETTINGS) => SETTINGS[key].name

for (const [what, value] of [
  ['Empty', ''],
  ['Blank', ' \t'],
] as const) {
  test(`${what} settings count as not set: in the environment, in files, as flags and in code`, async () => {
    const inputs = Object.fromEntries(SETTING_KEYS.map((key) => [key, value]))
    deepEqual(
      readSettings(inputs, (key) => key),
      NONE,
    )
    const environment = SETTING_KEYS.flatMap((key) => [
      [nameOf(key), value],
      [`${nameOf(key)}_FILE`, value],
    ])
    deepEqual(await loadSettings(Object.fromEntries(environment), folder), NONE)
    deepEqual(await loadSettings({}, folder, inputs), NONE)
  })
}

test('an empty list, null and undefined count as not set in code', () => {
  const none = { allowedOrigins: [], trustedProxies: [''], redisUrl: undefined, audience: null as unknown as undefined }
  deepEqual(
    readSettings(none, (key) => key),
    NONE,
  )
})

test('an empty file counts as not set, and an empty value does not override the _FILE setting, the configuration file or the environment', async () => {
  await writeFile(join(folder, 'empty'), '\n')
  await writeFile(join(folder, 'idle'), '7m\n')
  const empty = join(folder, 'empty')
  deepEqual(await loadSettings(Object.fromEntries(SETTING_KEYS.map((key) => [`${nameOf(key)}_FILE`, empty])), folder), NONE)
  const both = { LATCHKEY_SESSION_IDLE_TIMEOUT: '', LATCHKEY_SESSION_IDLE_TIMEOUT_FILE: join(folder, 'idle') }
  equal((await loadSettings(both, folder)).sessionIdleTimeout, 420_000)
  const flag = await loadSettings({ LATCHKEY_SESSION_IDLE_TIMEOUT: '8m' }, folder, { sessionIdleTimeout: '' })
  equal(flag.sessionIdleTimeout, 480_000)
  const configured = join(folder, 'latchkey.config.mjs')
  await writeFile(configured, 'export default { sessionIdleTimeout: "9m" }')
  equal((await loadSettings({ LATCHKEY_SESSION_IDLE_TIMEOUT: '' }, folder)).sessionIdleTimeout, 540_000)
  await rm(configured)
})

test('a server starts with every setting empty, and warns about the empty LATCHKEY_SECRET', async () => {
  const { PORT: _, ...env } = Object.fromEntries(SETTING_KEYS.map((key) => [nameOf(key), '']))
  await using server = await startServer({ env: env as Readonly<Record<string, string>> })
  equal((await fetch(`${server.url}/readyz`)).status, 200)
  match(server.output(), /LATCHKEY_SECRET is empty/)
})

test('an empty LATCHKEY_SECRET is detected, and rejected where it is required', async () => {
  ok(isSecretEmpty({ LATCHKEY_SECRET: '' }) && isSecretEmpty({ LATCHKEY_SECRET: ' ' }) && isSecretEmpty({ LATCHKEY_SECRET_FILE: '' }))
  equal(isSecretEmpty({}), false)
  equal(isSecretEmpty({ LATCHKEY_SECRET: 'x'.repeat(40) }), false)
  const env = { LATCHKEY_SECRET: '', DATABASE_URL: 'postgres://h/d', LATCHKEY_PUBLIC_URL: 'https://login.example.com' }
  const { code, stderr } = await runCommand(['serve'], { folder, env })
  equal(code, 2)
  match(stderr, /^latchkey: LATCHKEY_SECRET is not set; [^\n]+\n$/)
})

test('empty options of an embedded Latchkey count as not set, and an empty secret warns', async () => {
  const warnings: string[] = []
  const onWarning = (warning: Error) => void warnings.push(warning.message)
  process.on('warning', onWarning)
  const latchkey = await createLatchkey({ databaseUrl: 'sqlite::memory:', redisUrl: '', secret: '', audience: '' })
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', onWarning)
  await latchkey.close()
  ok(
    warnings.some((each) => /^secret is empty/.test(each)),
    warnings.join('\n'),
  )
})
