// A browser with keys, played by the lab: real ones bind over https alone, and this lab has none. Its requests are real ones, to a Latchkey
// of its own that believes to be at an https address; and so are those of the thief who has copied everything but the keys.

import { createDpopSigner } from '../src/client/dpop.ts'
import { createLatchkey, type Latchkey } from '../src/index.ts'
import { DEMO_USER } from './fixtures.ts'
import type { BoundAttackResult, BoundAttempt } from './types.ts'

const PUBLIC_URL = 'https://lab.test'
const OWNER_CLIENT = {
  ip: '198.51.100.7',
  userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36',
}
const ATTACKER_CLIENT = { ip: '203.0.113.66', userAgent: 'curl/8.14 (somebody else)' }
const SIGNATURE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

export interface BoundBrowser {
  /** The whole cookie jar without the proof of the device, in the hands of a thief; and afterwards the owner. */
  stealJar(): Promise<BoundAttackResult>
  /** A token that is bound to a key. */
  stealToken(): Promise<BoundAttackResult>
  close(): Promise<void>
}

export async function openBoundBrowser(): Promise<BoundBrowser> {
  const latchkey = await createLatchkey({ databaseUrl: 'sqlite::memory:', publicUrl: PUBLIC_URL, secret: crypto.randomUUID() })
  await latchkey.users.add(DEMO_USER)
  return {
    async stealJar() {
      const jar = await boundJar(latchkey)
      const copied = jar.without('__Host-latchkey_device')
      const session = { authorization: `Session ${jar.valueOf('__Host-latchkey_session')}` }
      const attempts = [
        await attempt(latchkey, 'owner', 'read', 'GET', '/access/session', { cookie: jar.all }),
        await attempt(latchkey, 'thief', 'read', 'GET', '/access/session', { cookie: copied }),
        await attempt(latchkey, 'thief', 'mint', 'POST', '/access/token', { cookie: copied }),
        await attempt(latchkey, 'thief', 'restore', 'POST', '/access/token', { cookie: jar.only('__Host-latchkey_remember') }),
        await attempt(latchkey, 'thief', 'changeByHeader', 'PATCH', '/access/session/data', session),
        await attempt(latchkey, 'owner', 'read', 'GET', '/access/session', { cookie: jar.all }),
      ]
      return { attempts, alarm: await alarmOf(latchkey, jar.all) }
    },
    async stealToken() {
      const prover = createDpopSigner('lab', true, Date.now)
      const path = '/access/sessions'
      const proofFor = async (method: string, target: string, token?: string) =>
        (await prover.createProof(method, PUBLIC_URL + target, token)) ?? ''
      const { token } = await signIn(latchkey, { dpop: await proofFor('POST', '/access/login') })
      const all = `${path}?except=current`
      const attempts = [
        await attempt(latchkey, 'thief', 'read', 'GET', '/access/session', { authorization: token }),
        await attempt(latchkey, 'thief', 'endOthers', 'DELETE', all, { authorization: token }),
        await attempt(latchkey, 'owner', 'endOthers', 'DELETE', all, { authorization: token, dpop: await proofFor('DELETE', path, token) }),
      ]
      return { attempts, alarm: null }
    },
    close: () => latchkey.close(),
  }
}

/** The latest alarm, as the owner reads it. */
async function alarmOf(latchkey: Latchkey, cookie: string): Promise<BoundAttackResult['alarm']> {
  const response = await send(latchkey, 'GET', '/access/audit-events', { cookie })
  const { events } = (await response.json()) as { readonly events: readonly NonNullable<BoundAttackResult['alarm']>[] }
  return events.find(({ severity }) => severity === 'alarm') ?? null
}

type Headers = Readonly<Record<string, string>>

function send(latchkey: Latchkey, method: string, path: string, headers: Headers, by = OWNER_CLIENT, body?: object): Promise<Response> {
  const init = { method, headers: { 'user-agent': by.userAgent, ...headers }, ...(body && { body: JSON.stringify(body) }) }
  return latchkey.handler(new Request(PUBLIC_URL + path, init), { address: by.ip })
}

async function signIn(latchkey: Latchkey, headers: Headers = {}) {
  const body = { ...DEMO_USER, remember: true }
  const response = await send(latchkey, 'POST', '/access/login', { 'content-type': 'application/json', ...headers }, OWNER_CLIENT, body)
  const { token } = (await response.json()) as { readonly token: string }
  return { response, token }
}

/** Signs in, and binds the sign-in as a browser does. */
async function boundJar(latchkey: Latchkey): Promise<CookieJar> {
  const { response } = await signIn(latchkey)
  const jar = new CookieJar()
  jar.store(response)
  const challenge = /challenge="([^"]+)"/.exec(response.headers.get('secure-session-registration') ?? '')?.[1] ?? ''
  const { privateKey, publicKey } = await crypto.subtle.generateKey(SIGNATURE, false, ['sign', 'verify'])
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey)
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const text = `${encode({ alg: 'ES256', typ: 'dbsc+jwt', jwk: { kty, crv, x, y } })}.${encode({ jti: challenge })}`
  const signature = Buffer.from(await crypto.subtle.sign(SIGNATURE, privateKey, Buffer.from(text))).toString('base64url')
  jar.store(await send(latchkey, 'POST', '/access/device/register', { cookie: jar.all, 'secure-session-response': `${text}.${signature}` }))
  return jar
}

class CookieJar {
  readonly #cookies = new Map<string, string>()

  store(response: Response): void {
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = cookie.split(';', 1)[0]?.split(/=(.*)/s) ?? []
      this.#cookies.set(name, value)
    }
  }

  get all(): string {
    return this.without('')
  }

  without(missing: string): string {
    return [...this.#cookies]
      .filter(([name]) => name !== missing)
      .map((pair) => pair.join('='))
      .join('; ')
  }

  only(name: string): string {
    return `${name}=${this.valueOf(name)}`
  }

  valueOf(name: string): string {
    return this.#cookies.get(name) ?? ''
  }
}

async function attempt(
  latchkey: Latchkey,
  by: BoundAttempt['by'],
  tried: BoundAttempt['tried'],
  method: string,
  path: string,
  headers: Headers,
): Promise<BoundAttempt> {
  const type = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : undefined
  const body = method === 'PATCH' ? { thief: 'was here' } : undefined
  const response = await send(latchkey, method, path, { ...headers, ...type }, by === 'thief' ? ATTACKER_CLIENT : OWNER_CLIENT, body)
  const { code = null, reason = null } = (await response.json()) as { readonly code?: string; readonly reason?: string }
  return { by, tried, status: response.status, code, reason }
}
