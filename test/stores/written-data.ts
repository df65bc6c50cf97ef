// What an earlier version wrote, loaded into a real store, and the version of today started over it at the time of writing.

import { createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createClient } from '@redis/client'
import { openStore } from '../../src/open-store.ts'
import { readSettings, type SettingInputs } from '../../src/settings.ts'
import { type BackendName, startBackend } from '../support/backends.ts'
import { type CallOptions, fakeClock, type InProcess, type InProcessResponse, startInProcess } from '../support/in-process.ts'

const FOLDER = new URL('../fixtures/written-by-0.1/', import.meta.url).pathname

type Cookies = Readonly<Record<string, string>>

/** As GET, LRANGE, ZRANGE WITHSCORES and XRANGE answered; the time to live in milliseconds. */
type RedisRecord = { readonly key: string; readonly ttl: number | null } & (
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'list'; readonly value: readonly string[] }
  | { readonly type: 'zset'; readonly value: readonly (readonly [member: string, score: number])[] }
  | { readonly type: 'stream'; readonly value: readonly (readonly [id: string, fields: readonly string[]])[] }
)

interface SignedIn {
  readonly cookies: Cookies
  readonly token: string
  readonly sid: string
}

interface Rotated {
  /** Values of the remember-me cookie. */
  readonly previous: string
  readonly current: string
  /** After the rotation. */
  readonly cookies: Cookies
}

interface WrittenOperation {
  readonly action: string
  readonly outcome: string
}

/** The JSON file of one store: what its clients held. */
export interface Holdings {
  readonly writtenAt: string
  readonly secret: string
  readonly publicUrl: string
  /** Of everybody who signed in. */
  readonly userAgent: string
  readonly address: string
  readonly users: Readonly<Record<string, { readonly code: string; readonly username: string; readonly password: string }>>
  readonly serviceKey: string
  readonly ended: Readonly<Record<string, { readonly kind: 'session' | 'remember'; readonly value: string; readonly reason: string }>>
  readonly limited: { readonly username: string; readonly knownAddress: string; readonly knownDevice: string }
  readonly operations: Readonly<Record<string, readonly WrittenOperation[]>>
  readonly cursors: { readonly operationsOfAnna: string; readonly usersOfRoot: string }
  readonly keyBound: { readonly token: string; readonly privateKey: JsonWebKey }
  readonly device: { readonly id: string; readonly cookies: Cookies; readonly privateKey: JsonWebKey; readonly renewalChallenge: string }
  readonly bindingOffered: { readonly cookies: Cookies; readonly challenge: string }
  readonly rotated: Readonly<Record<'racing' | 'unused' | 'used', Rotated>>
  readonly remembered: { readonly value: string }
  readonly signedIn: {
    readonly anna: SignedIn & { readonly sessionData: object; readonly clientData: object }
    readonly root: SignedIn
    readonly editor: SignedIn
    readonly script: { readonly credential: string; readonly token: string; readonly sid: string }
  }
  readonly paired: SignedIn & { readonly cookieDomain: string }
}

export interface WrittenData extends AsyncDisposable {
  readonly held: Holdings
  /** Every call loads the data anew, so that no test sees what another has changed. */
  start(settings?: SettingInputs): Promise<InProcess>
}

const text = (name: string) => readFileSync(join(FOLDER, name), 'utf8')

export async function writtenData(name: BackendName): Promise<WrittenData> {
  const backend = await startBackend(name)
  const held = JSON.parse(text(`${name.toLowerCase()}.json`)) as Holdings

  let files = 0
  async function load(): Promise<SettingInputs> {
    if (backend.postgres === undefined) {
      files += 1
      const path = join(backend.folder, `${files}.db`)
      using database = new DatabaseSync(path)
      database.exec(text('sqlite.sql'))
      return { databaseUrl: `sqlite:${path}` }
    }
    const databaseUrl = await backend.postgres.createDatabase()
    backend.postgres.query(new URL(databaseUrl).pathname.slice(1), text(backend.redis ? 'redis-database.sql' : 'postgresql.sql'))
    if (backend.redis === undefined) return { databaseUrl }
    await loadRedis(backend.redis.url)
    return { databaseUrl, redisUrl: backend.redis.url }
  }

  return {
    held,
    async start(settings = {}) {
      const store = await openStore(readSettings(await load(), (key) => key))
      const { secret, publicUrl, writtenAt } = held
      return startInProcess({ secret, publicUrl, ...settings }, { store, publicUrl, clock: fakeClock(Date.parse(writtenAt)) })
    },
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  }
}

async function loadRedis(url: string): Promise<void> {
  const client = await createClient({ url }).connect()
  await client.sendCommand(['FLUSHALL'])
  for (const record of JSON.parse(text('redis-records.json')) as readonly RedisRecord[]) {
    for (const command of commandsFor(record)) await client.sendCommand([...command])
    if (record.ttl !== null) await client.sendCommand(['PEXPIRE', record.key, String(record.ttl)])
  }
  await client.close()
}

function commandsFor(record: RedisRecord): readonly (readonly string[])[] {
  const { key } = record
  switch (record.type) {
    case 'string':
      return [['SET', key, record.value]]
    case 'list':
      return [['RPUSH', key, ...record.value]]
    case 'zset':
      return record.value.map(([member, score]) => ['ZADD', key, String(score), member])
    case 'stream':
      return record.value.map(([id, fields]) => ['XADD', key, id, ...fields])
  }
}

/** What one client sends, from the browser string and the address of the time of writing. */
export function clientOf(latchkey: InProcess, { userAgent, address }: Holdings) {
  const send = (method: string, path: string, headers: CallOptions['headers'], options: CallOptions = {}): Promise<InProcessResponse> =>
    latchkey.call(method, path, { address, ...options, headers: { 'user-agent': userAgent, ...headers } })
  return {
    send,
    session: (cookie: string) => send('GET', '/access/session', { cookie }),
    withToken: (token: string) => send('GET', '/access/session', { authorization: `Bearer ${token}` }),
    mint: (cookie: string) => send('POST', '/access/token', { cookie }),
    login: (username: string, password: string, options: CallOptions = {}) =>
      send('POST', '/access/login', options.headers, { ...options, body: { username, password } }),
  }
}

/** Some cookies of a jar as a Cookie header, by the ends of their names. */
export function cookiesOf(cookies: Cookies, ...suffixes: readonly string[]): string {
  const chosen = Object.entries(cookies).filter(([name]) => suffixes.some((suffix) => name.endsWith(`_${suffix}`)))
  return chosen.map(([name, value]) => `${name}=${value}`).join('; ')
}

/** The names of actions in 0.1 that are others today. */
const ACTIONS: Readonly<Record<string, string>> = { 'login.remembered': 'login.remember_me' }
/** 0.1 had one list of outcomes. A remember-me login with a severity was a refused one, anything else went on. */
const OUTCOMES: Readonly<Record<string, string>> = { ok: 'success', refused: 'failure', limited: 'rate_limited' }

/** What became of an operation of 0.1. */
export function migrated({ action, outcome }: WrittenOperation) {
  const known = OUTCOMES[outcome]
  const graded = action === 'login.remembered' ? 'failure' : 'success'
  return { action: ACTIONS[action] ?? action, outcome: known ?? graded, severity: known === undefined ? outcome : 'info' }
}

/** A private key with its public half as a JWK. */
export function keyOf(jwk: JsonWebKey) {
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
  return { privateKey, jwk: { ...createPublicKey(privateKey).export({ format: 'jwk' }) } }
}
