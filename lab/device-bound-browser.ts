// A simulated browser with device-bound sign-ins: real browsers bind only over https, and the lab runs on http. It sends real requests to
// a Latchkey of its own with an https public URL, and so does an attacker who has copied everything but the keys.

import { createDpopSigner } from '../src/client/dpop.ts'
import { createLatchkey, type Latchkey } from '../src/index.ts'
import { DEMO_USER } from './fixtures.ts'
import type { BoundAttackResult, BoundAttempt } from './types.ts'

const PUBLIC_URL = 'https://lab.test'
const OWNER_CLIENT = {
  ip: '198.51.100.7',
  userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36',
}
const ATTACKER_CLIENT = { ip: '203.0.113.66', userAgent: 'curl/8.14 (attacker)' }
const SIGNATURE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

export interface BoundBrowser {
  /** The attacker uses the whole cookie jar without the device proof; then the owner continues. */
  stealJar(): Promise<BoundAttackResult>
  /** The attacker uses a token that is bound to a DPoP key. */
  stealToken(): Promise<BoundAttackResult>
  close(): Promise<void>
}

export async function openBoundBrowser(): Promise<BoundBrowser> {
  const latchkey = await createLatchkey({ databaseUrl: 'sqlite::memory:', publicUrl: PUBLIC_URL, secret: crypto.randomUUID() })
  await latchkey.users.add(DEMO_USER)
  return {
    async stealJar() {
      const jar = await boundJar(latchkey)
      const copiedCookies = jar.without('__Host-latchkey_device')
      const session = { authorization: `Session ${jar.valueOf('__Host-latchkey_session')}` }
      const attempts = [
        await attempt(latchkey, 'owner', 'read', 'GET', '/access/session', { cookie: jar.all }),
        await attempt(latchkey, 'attacker', 'read', 'GET', '/access/session', { cookie: copiedCookies }),
        await attempt(latchkey, 'attacker', 'mint', 'POST', '/access/token', { cookie: copiedCookies }),
        await attempt(latchkey, 'attacker', 'resume', 'POST', '/access/token', { cookie: jar.only('__Host-latchkey_remember') }),
        await attempt(latchkey, 'attacker', 'changeByHeader', 'PATCH', '/access/session/data', session),
        await attempt(latchkey, 'owner', 'read', 'GET', '/access/session', { cookie: jar.all }),
      ]
      return { attempts, alarm: await alarmOf(latchkey, jar.all) }
    },
    async stealToken() {
      const signer = createDpopSigner('lab', true, Date.now)
      const path = '/access/sessions'
      const proofFor = async (method: string, target: string, token?: string) =>
        (await signer.createProof(method, PUBLIC_URL + target, token)) ?? ''
      const { token } = await signIn(latchkey, { dpop: await proofFor('POST', '/access/login') })
      const all = `${path}?except=current`
      const attempts = [
        await attempt(latchkey, 'attacker', 'read', 'GET', '/access/session', { authorization: token }),
        await attempt(latchkey, 'attacker', 'endOthers', 'DELETE', all, { authorization: token }),
        await attempt(latchkey, 'owner', 'endOthers', 'DELETE', all, { authorization: token, dpop: await proofFor('DELETE', path, token) }),
      ]
      return { attempts, alarm: null }
    },
    close: () => latchkey.close(),
  }
}

/** The latest alarm in the owner's audit log. */
async function alarmOf(latchkey: Latchkey, cookie: string): Promise<BoundAttackResult['alarm']> {
  const response = await send(latchkey, 'GET', '/access/audit-events', { cookie })
  const { events } = (await response.json()) as { readonly events: readonly NonNullable<BoundAttackResult['alarm']>[] }
  return events.find(({ severity }) => severity === 'alarm') ?? null
}

type Headers = Readonly<Record<string, string>>

function send(latchkey: Latchkey, method: string, path: string, headers: Headers, client = OWNER_CLIENT, body?: object): Promise<Response> {
  const init = { method, headers: { 'user-agent': client.userAgent, ...headers }, ...(body && { body: JSON.stringify(body) }) }
  return latchkey.handler(new Request(PUBLIC_URL + path, init), { address: client.ip })
}

async function signIn(latchkey: Latchkey, headers: Headers = {}) {
  const body = { ...DEMO_USER, remember: true }
  const response = await send(latchkey, 'POST', '/access/login', { 'content-type': 'application/json', ...headers }, OWNER_CLIENT, body)
  const { token } = (await response.json()) as { readonly token: string }
  return { response, token }
}

/** Signs in and binds the sign-in, as a browser does. */
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

  without(excluded: string): string {
    return [...this.#cookies]
      .filter(([name]) => name !== excluded)
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
  const body = method === 'PATCH' ? { attacker: 'was here' } : undefined
  const response = await send(latchkey, method, path, { ...headers, ...type }, by === 'attacker' ? ATTACKER_CLIENT : OWNER_CLIENT, body)
  const { code = null, reason = null } = (await response.json()) as { readonly code?: string; readonly reason?: string }
  return { by, tried, status: response.status, code, reason }
}
