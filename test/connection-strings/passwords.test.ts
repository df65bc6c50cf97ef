// No message contains any part of a password, whatever characters it has and wherever it is: neither in refused settings
// nor in errors about an unreachable server.

import { equal, ok } from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { maskedUrl, withoutPasswords } from '../../src/connection-strings/masking.ts'
import { openStore } from '../../src/open-store.ts'
import { readSettings, SETTING_KEYS, SETTINGS, type SettingKey } from '../../src/settings.ts'
import { freePort } from '../support/raw-http.ts'
import { runCommand, temporaryFolder } from '../support/server.ts'

/** Unique parts of a password, joined by characters with a meaning in addresses, quotations or shells. */
const MARKERS = ['Zq7x', 'Wk9v', 'Xj4z', 'Yb8q'] as const
const NASTY = [
  '/',
  '?',
  '#',
  '@',
  ':',
  '%',
  '[',
  ']',
  ' ',
  '"',
  "'",
  '\n',
  '\r',
  '\t',
  '$',
  '&',
  '\\',
  '=',
  ',',
  ';',
  '%2F',
  '%zz',
  '://',
  '//',
  'é',
  '李',
  '\u0000',
]
const NASTY_WORDS = ['postgres://', '?password=', '&sslmode=', '@localhost/db', ':6379', '?x=', '&y=', 'host=', '/0', '😀', '\u2028']
const password = fc
  .array(fc.constantFrom(...NASTY, ...NASTY_WORDS), { minLength: 3, maxLength: 3 })
  .map((joints) => `${MARKERS[0]}${joints[0]}${MARKERS[1]}${joints[1]}${MARKERS[2]}${joints[2]}${MARKERS[3]}`)

const encoded = encodeURIComponent
const FORMS: readonly ((password: string) => string)[] = [
  (p) => `postgres://lk:${p}@127.0.0.1/a`,
  (p) => `postgresql://lk:${p}@127.0.0.1:5432,127.0.0.2/a?sslmode=require`,
  (p) => `postgres://:${p}@127.0.0.1`,
  (p) => `postgres://${p}@127.0.0.1/a`,
  (p) => `postgres://127.0.0.1/a?user=lk&password=${p}`,
  (p) => `postgres://lk@127.0.0.1/a?sslmode=require&sslpassword=${p}&application_name=x`,
  (p) => `postgres://lk@127.0.0.1/a?PassWord=${p}&application_name=x`,
  (p) => `postgres:lk:${p}@127.0.0.1/a`,
  (p) => `postgres://lk:${p}@/a`,
  (p) => `host=127.0.0.1 user=lk password=${p} dbname=a`,
  (p) => `host=127.0.0.1 password='${p}' dbname=a`,
  (p) => `mysql://lk:${p}@127.0.0.1/a`,
  (p) => `redis://:${p}@127.0.0.1:6379`,
  (p) => `rediss://lk:${p}@127.0.0.1:6379/0`,
  (p) => `redis+cluster://lk:${p}@127.0.0.1,127.0.0.2`,
  (p) => `redis+unix://:${p}@/run/redis.sock`,
  (p) => `redis://${p}@127.0.0.1`,
  (p) => `redis:lk:${p}@127.0.0.1`,
  (p) => `lk:${p}@127.0.0.1/a`,
  (p) => `smtp://lk:${p}@127.0.0.1:25`,
  (p) => `https://lk:${p}@127.0.0.1`,
  (p) => `sqlite://lk:${p}@127.0.0.1/a.db`,
]
/** For settings that accept only connection strings. */
const BARE = (p: string) => p

function containsNoMarker(text: string): boolean {
  return !MARKERS.some((marker) => text.includes(marker))
}

const ADDRESSES: readonly SettingKey[] = ['databaseUrl', 'redisUrl', 'publicUrl', 'allowedOrigins']

test('A refused setting shows no part of a password, in any form of a connection string', () => {
  const anything = fc.record({
    password,
    form: fc.constantFrom(...FORMS),
    key: fc.constantFrom(...ADDRESSES),
    isEncoded: fc.boolean(),
    isBare: fc.boolean(),
  })
  fc.assert(
    fc.property(anything, ({ password, form, key, isEncoded, isBare }) => {
      const isConnection = key === 'databaseUrl' || key === 'redisUrl'
      const text = (isBare && isConnection ? BARE : form)(isEncoded ? encoded(password) : password)
      try {
        readSettings({ [key]: text }, () => SETTINGS[key].name)
      } catch (error) {
        ok(error instanceof Error)
        ok(containsNoMarker(error.message), `${JSON.stringify(text)}\n${error.message}`)
        ok(error.message.startsWith(`${SETTINGS[key].name} is "`) && !/[\r\n]/.test(error.message), error.message)
        ok(containsNoMarker(error.stack ?? ''))
      }
      ok(containsNoMarker(maskedUrl(text)))
    }),
    { numRuns: 20_000 },
  )
})

test('Passwords in driver messages are masked in the log', () => {
  for (const p of ['Zq7x', 'Zq7x:Wk9v', 'Zq7x/Wk9v@Xj4z', 'Zq7x?Wk9v#Xj4z'])
    for (const message of [
      `connect to postgres://lk:${p}@h/a failed`,
      `Invalid URL redis://:${p}@h`,
      `option password=${p}`,
      `{"password":"${p}"}`,
    ])
      ok(containsNoMarker(withoutPasswords(message)), withoutPasswords(message))
  const stack = 'at file:///srv/node_modules/@redis/client/dist/index.js:1:2'
  equal(withoutPasswords(stack), stack)
})

test('Errors about an unreachable server contain no password, in any encoding', async () => {
  const port = await freePort()
  await fc.assert(
    fc.asyncProperty(password, fc.boolean(), async (given, isRedis) => {
      const p = encoded(given)
      const urls = isRedis ? { redisUrl: `redis://lk:${p}@127.0.0.1:${port}` } : { databaseUrl: `postgres://lk:${p}@127.0.0.1:${port}/a` }
      if (given.includes('\u0000')) return
      const settings = readSettings({ databaseUrl: 'sqlite::memory:', ...urls }, (key) => key)
      const error = await openStore(settings).then(
        () => undefined,
        (fault: unknown) => fault,
      )
      for (let each = error; each instanceof Error; each = each.cause)
        ok(containsNoMarker(`${each.message}${each.stack}${JSON.stringify(each)}`))
      ok(error instanceof Error && /^(DATABASE|REDIS)_URL: .* cannot be reached/.test(error.message), String(error))
    }),
    { numRuns: 60 },
  )
})

describe('The command line prints no part of a password', { concurrency: 2 }, () => {
  let folder = ''
  before(async () => {
    folder = await temporaryFolder()
  })
  after(() => rm(folder, { recursive: true, force: true }))

  async function prints(args: readonly string[], env: Readonly<Record<string, string>>, where = folder): Promise<string> {
    const { code, stdout, stderr } = await runCommand(args, { folder: where, env })
    ok(code !== 0, stdout)
    ok(containsNoMarker(stdout + stderr), stdout + stderr)
    equal(stderr.trim().split('\n').length, 1, stderr)
    return stderr
  }

  const P = 'Zq7x/Wk9v?Xj4z#Yb8q@'
  const NASTY_VALUES = [P, 'Zq7x%Wk9v', 'Zq7x\'Wk9v"Xj4z', 'Zq7x Wk9v&Xj4z=Yb8q', 'Zq7x\nWk9v', 'Zq7x[Wk9v]:Xj4z\\$Yb8q']
  for (const given of NASTY_VALUES) {
    test(`in DATABASE_URL and REDIS_URL: ${JSON.stringify(given)}`, async () => {
      const port = await freePort()
      await prints(['serve'], { DATABASE_URL: `postgres://lk:${given}@127.0.0.1:${port}/a` })
      await prints(['serve', '--json'], { DATABASE_URL: 'sqlite::memory:', REDIS_URL: `redis://lk:${given}@127.0.0.1:${port}` })
    })
  }

  test('as a flag, a misspelled flag, or an extra argument', async () => {
    const url = `postgres://lk:${P}@127.0.0.1/a`
    await prints(['serve', `--database-url=${url}`], {})
    await prints(['serve', `--databse-url=${url}`], {})
    await prints(['user', 'list', '--database-url', url], {})
    await prints([url], {})
    await prints(['serve', url], {})
    await prints(['doctor', `https://lk:${P}@127.0.0.1`], {})
  })

  test('from a file, as a file name, or in the configuration file', async () => {
    const url = `postgres://lk:${P}@127.0.0.1/a`
    await writeFile(join(folder, 'url'), url)
    await prints(['serve'], { DATABASE_URL_FILE: 'url' })
    await prints(['serve'], { DATABASE_URL_FILE: url })
    await prints(['serve'], { LATCHKEY_SECRET_FILE: 'Zq7x/Wk9vXj4zYb8qZq7xWk9vXj4zYb8qZq7xWk9v' })
    const configured = await temporaryFolder()
    for (const text of [
      `export default { databaseUrl: ${JSON.stringify(url)} }`,
      `export default { secret: Zq7x }`,
      `export default { databaseUrl: 'Zq7x' Wk9v }`,
    ]) {
      await writeFile(join(configured, 'latchkey.config.mjs'), text)
      await prints(['serve'], {}, configured)
    }
    await rm(configured, { recursive: true })
  })
})

test('Every setting whose value is an address is covered', () => {
  const addresses = SETTING_KEYS.filter((key) => /:\/\//.test(SETTINGS[key].accepted))
  equal(addresses.filter((key) => !ADDRESSES.includes(key)).join(', '), '')
})
