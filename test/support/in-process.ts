// Latchkey in the test process, with a memory store, a fake clock, and counters of store operations and hashes.

import { compose, type Overrides } from '../../src/compose.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { createHandler, type Handle } from '../../src/http/handler.ts'
import { type HttpResponse, isStreaming } from '../../src/http/message.ts'
import { createReadiness } from '../../src/http/readiness.ts'
import { refusalPageWith } from '../../src/pages/refusal-page.ts'
import { pageRoutes } from '../../src/pages/routes.ts'
import { createArgon2 } from '../../src/platform/argon2.ts'
import type { Store } from '../../src/ports/store.ts'
import { readSettings, type SettingInputs } from '../../src/settings.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'

export interface Counts {
  reads: number
  writes: number
  touches: number
  hashes: number
}

export interface FakeClock {
  now(): number
  advance(milliseconds: number): void
}

/** A clock that changes only by `advance`. */
export function fakeClock(start = Date.parse('2026-05-03T12:00:00Z')): FakeClock {
  let now = start
  return {
    now: () => now,
    advance: (milliseconds) => {
      now += milliseconds
    },
  }
}

export interface InProcess extends AsyncDisposable {
  readonly engine: Engine
  readonly handle: Handle
  readonly clock: FakeClock
  readonly counts: Counts
  readonly publicUrl: string
  /** Sets all counts to zero. */
  resetCounts(): void
  call(method: string, path: string, options?: CallOptions): Promise<InProcessResponse>
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON unless it is a string. */
  readonly body?: unknown
  readonly type?: string
  readonly address?: string
  readonly signal?: AbortSignal
}

export interface InProcessResponse extends Omit<HttpResponse, 'body'> {
  /** As text. */
  readonly body: string | null
  // biome-ignore lint/suspicious/noExplicitAny: tests know the shape of the response
  readonly json: any
  /** The cookies that the response sets, by name; an expired one is empty. */
  readonly jar: Readonly<Record<string, string>>
}

/** Tests register more users in an hour than the limit for a network allows. */
const NEARLY_UNLIMITED = '1000000/1h'

const PUBLIC_URL = 'http://localhost:3000'
const SECRET = 'a-secret-of-the-tests-in-this-process'

export interface InProcessOptions extends Pick<Overrides, 'estimator' | 'onAlarm' | 'onFault' | 'onWarning'> {
  readonly store?: Store
  readonly publicUrl?: string
  readonly clock?: FakeClock
}

export async function startInProcess(
  settings: SettingInputs = {},
  { store = createMemoryStore(), publicUrl = PUBLIC_URL, clock = fakeClock(), ...hooks }: InProcessOptions = {},
): Promise<InProcess> {
  const counts: Counts = { reads: 0, writes: 0, touches: 0, hashes: 0 }
  const resetCounts = () => Object.assign(counts, { reads: 0, writes: 0, touches: 0, hashes: 0 })
  const argon2 = createArgon2()
  const hasher = {
    ...argon2,
    hash: (...job: Parameters<typeof argon2.hash>) => {
      counts.hashes += 1
      return argon2.hash(...job)
    },
    verify: (...job: Parameters<typeof argon2.verify>) => {
      counts.hashes += 1
      return argon2.verify(...job)
    },
  }
  const engine = await compose(
    readSettings({ secret: SECRET, registrationLimit: NEARLY_UNLIMITED, ...settings }, (key) => key),
    publicUrl,
    { onWarning: () => {}, ...hooks, clock, hasher, store: counting(store, counts) },
  )
  const handle = createHandler({
    engine,
    publicUrl,
    readiness: createReadiness(engine),
    isStopping: () => false,
    pages: pageRoutes(),
    errorPage: refusalPageWith(engine.policy.cookies.stem),
  })
  resetCounts()
  return {
    engine,
    handle,
    clock,
    counts,
    publicUrl,
    resetCounts,
    call: (method, path, options = {}) => call(handle, method, path, options),
    async [Symbol.asyncDispose]() {
      await engine.stop()
      await engine.store.close()
    },
  }
}

async function call(
  handle: Handle,
  method: string,
  target: string,
  { headers = {}, body, type, address = '192.0.2.1', signal }: CallOptions,
): Promise<InProcessResponse> {
  const [path = '', query = ''] = target.split('?')
  const sent = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  const bytes = sent === undefined ? new Uint8Array() : new TextEncoder().encode(sent)
  const contentType = type ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json')
  const all = new Map(Object.entries(sent === undefined ? headers : { 'content-type': contentType, ...headers }))
  const response = await handle({
    method,
    path,
    query,
    header: (name) => all.get(name) ?? null,
    address,
    peer: address,
    signal: () => signal,
    body: async (limit) => (bytes.byteLength > limit ? undefined : bytes),
  })
  if (isStreaming(response.body)) throw new Error(`${path} streams its response: read it from the handler`)
  const text = response.body === null ? null : Buffer.from(response.body).toString()
  const pairs = response.cookies.map((cookie) => cookie.split(';', 1)[0]?.split('=') ?? [])
  return {
    ...response,
    body: text,
    json: /\bjson\b/.test(response.headers['content-type'] ?? '') && text ? JSON.parse(text) : undefined,
    jar: Object.fromEntries(pairs.map(([name, ...value]) => [name, value.join('=')])),
  }
}

/** Returns a Cookie header with all cookies of the jar. */
export function cookieHeader(jar: Readonly<Record<string, string>>): string {
  return Object.entries(jar)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
}

function counting(store: Store, counts: Counts): Store {
  const count =
    <A extends unknown[], R>(counter: 'reads' | 'writes' | 'touches', run: (...args: A) => R) =>
    (...args: A): R => {
      counts[counter] += 1
      return run(...args)
    }
  const { credentials, users, auditEvents, limits } = store
  return {
    ...store,
    log: store.log,
    probe: () => store.probe(),
    close: () => store.close(),
    credentials: {
      ...credentials,
      find: count('reads', (id: string) => credentials.find(id)),
      listByUser: count('reads', (userId: string) => credentials.listByUser(userId)),
      listExpired: (now, idleSince, limit) => credentials.listExpired(now, idleSince, limit),
      touch: count('touches', (seen: Parameters<typeof credentials.touch>[0]) => credentials.touch(seen)),
      deleteExpired: (before, limit) => credentials.deleteExpired(before, limit),
    },
    users: {
      find: count('reads', (id: string) => users.find(id)),
      findByUsernameKey: count('reads', (key: string) => users.findByUsernameKey(key)),
      page: count('reads', (after: string | null, limit: number) => users.page(after, limit)),
    },
    auditEvents: {
      list: count('reads', (userId: string, before: number | null, limit: number) => auditEvents.list(userId, before, limit)),
      deleteOlderThan: (before, limit) => auditEvents.deleteOlderThan(before, limit),
    },
    limits: {
      take: count('writes', (key: string, limit: Parameters<typeof limits.take>[1], now: number) => limits.take(key, limit, now)),
      find: count('reads', (key: string, now: number) => limits.find(key, now)),
      refund: count('writes', (key: string) => limits.refund(key)),
      deleteExpiredWindows: (now) => limits.deleteExpiredWindows(now),
    },
    findKeyRing: count('reads', () => store.findKeyRing()),
    write: count('writes', (changes: Parameters<typeof store.write>[0]) => store.write(changes)),
  }
}
