// Loads the data of an earlier version into a real store, and starts this version on it at the time of writing.

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

/** The replies to GET, LRANGE, ZRANGE WITHSCORES and XRANGE; the time to live in milliseconds. */
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
  /** The cookies after the rotation. */
  readonly cookies: Cookies
}

interface WrittenEvent {
  readonly action: string
  readonly outcome: string
}

/** The JSON file of one store: the users and the credentials of its clients. */
export interface ClientData {
  readonly writtenAt: string
  readonly secret: string
  readonly publicUrl: string
  /** The User-Agent of every sign-in. */
  readonly userAgent: string
  readonly address: string
  readonly users: Readonly<Record<string, { readonly code: string; readonly username: string; readonly password: string }>>
  readonly serviceKey: string
  readonly ended: Readonly<Record<string, { readonly kind: 'session' | 'remember'; readonly value: string; readonly reason: string }>>
  readonly limited: { readonly username: string; readonly knownAddress: string; readonly knownDevice: string }
  readonly operations: Readonly<Record<string, readonly WrittenEvent[]>>
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
  readonly data: ClientData
  /** Each call reloads the data, so that tests do not see each other's changes. */
  start(settings?: SettingInputs): Promise<InProcess>
}

const text = (name: string) => readFileSync(join(FOLDER, name), 'utf8')

export async function writtenData(name: BackendName): Promise<WrittenData> {
  const backend = await startBackend(name)
  const data = JSON.parse(text(`${name.toLowerCase()}.json`)) as ClientData

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
    data,
    async start(settings = {}) {
      const store = await openStore(readSettings(await load(), (key) => key))
      const { secret, publicUrl, writtenAt } = data
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

/** Sends requests with the User-Agent and the address of the time of writing. */
export function clientOf(latchkey: InProcess, { userAgent, address }: ClientData) {
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

/** Returns a Cookie header of the cookies with these suffixes. */
export function cookiesOf(cookies: Cookies, ...suffixes: readonly string[]): string {
  const selected = Object.entries(cookies).filter(([name]) => suffixes.some((suffix) => name.endsWith(`_${suffix}`)))
  return selected.map(([name, value]) => `${name}=${value}`).join('; ')
}

/** Actions that were renamed since 0.1. */
const ACTIONS: Readonly<Record<string, string>> = { 'login.remembered': 'login.remember_me' }
/** In 0.1, `outcome` was also the severity. A remember-me login with a severity was refused, any other event succeeded. */
const OUTCOMES: Readonly<Record<string, string>> = { ok: 'success', refused: 'failure', limited: 'rate_limited' }

/** Returns the migrated form of an audit event of 0.1. */
export function migrated({ action, outcome }: WrittenEvent) {
  const renamed = OUTCOMES[outcome]
  const ofSeverity = action === 'login.remembered' ? 'failure' : 'success'
  return { action: ACTIONS[action] ?? action, outcome: renamed ?? ofSeverity, severity: renamed === undefined ? outcome : 'info' }
}

/** Returns a private key with its public JWK. */
export function keyOf(jwk: JsonWebKey) {
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
  return { privateKey, jwk: { ...createPublicKey(privateKey).export({ format: 'jwk' }) } }
}
