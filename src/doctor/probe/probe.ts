// Probes a deployment: signed out, signed in by every credential, after sign-out, with wrong passwords; then cleans up.

import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { addressesOf, portOf } from '../addresses.ts'
import { addressText, sendRequest } from '../connection.ts'
import { type Exchange, errorCodeOf, mayBeLatchkey, member } from '../http-exchange.ts'
import { jsonBody, ProbeClient } from './client.ts'
import type { Account, ProbeOptions } from './options.ts'
import { bearer, parseSignIn, type SignInResult } from './sign-in.ts'
import { readRevocationStream } from './sse.ts'
import type { ProbeResult, StreamObservation } from './steps.ts'
import { FOREIGN_ORIGIN, FORGED_ADDRESS } from './test-addresses.ts'

/** Just below the limit of a session's data. */
const LARGE_DATA_BYTES = 15_000
/** How long and how often a signed-out credential is tried, in milliseconds. */
const REVOCATION_POLL = { durationMs: 2_500, intervalMs: 100 }
const MAX_GUESSES = 60

export async function probe(options: ProbeOptions): Promise<ProbeResult> {
  const client = new ProbeClient(options)
  const { exchanges } = client
  const account = options.account ?? temporaryAccount()
  const observed: { stream: StreamObservation | null } = { stream: null }
  let leftoverUser: string | null = null
  try {
    await runProbe(client, account, observed)
  } catch (error) {
    if (!options.signal.aborted) throw error
  } finally {
    options.onProgress('cleaning up')
    if (exchanges.signIn.some(mayHaveSucceeded) && !(await cleanUp(client, account)) && options.account === null)
      leftoverUser = account.username
  }
  return { url: options.url, steps: exchanges, stream: observed.stream, leftoverUser }
}

async function runProbe(client: ProbeClient, account: Account, observed: { stream: StreamObservation | null }): Promise<void> {
  const { options } = client
  await findLatchkey(client)
  const [first] = client.addresses
  if (first === undefined) return
  await probeSignedOut(client)
  const signedIn = await signIn(client, account)
  if (signedIn === undefined) return
  if (options.serviceKey !== null) observed.stream = await readRevocationStream(options.url, first, options.serviceKey)
  await probeSignedIn(client, signedIn)
  await signOut(client, signedIn)
  await probeLoginLimits(client)
}

function temporaryAccount(): Account {
  return { username: `doctor-${randomBytes(6).toString('hex')}`, password: randomBytes(18).toString('base64url') }
}

/** Finds the addresses of Latchkey, so that no password is sent to anything else. */
async function findLatchkey(client: ProbeClient): Promise<void> {
  const { options } = client
  for (const address of options.addresses) {
    reportProgress(options, `connecting to ${addressText(address)}`)
    const exchange = await client.requestAt(address, 'reached', { path: '/access/session' })
    if (mayBeLatchkey(exchange)) client.addresses = [...client.addresses, address]
  }
}

async function probeSignedOut(client: ProbeClient): Promise<void> {
  const { options } = client
  reportProgress(options, 'checking without a sign-in')
  for (let round = 0; round < 2; round += 1) await client.requestEachRepeatedly('signedOut', { path: '/access/session' })
  await client.requestEach('signInPage', { path: '/sign-in', headers: { accept: 'text/html' } })
  await client.requestEach('startPage', { path: '/', headers: { accept: 'text/html' } })
  for (const port of options.otherPorts) await probeOtherPort(client, port)
  await client.requestEach('metrics', { path: '/metrics' })
  await client.requestEach('lab', { path: '/lab' })
  await client.requestEachRepeatedly('publicKeys', { path: '/.well-known/jwks.json' })
  await client.requestEach('metadata', { path: '/.well-known/oauth-authorization-server' })
  if (options.plainUrl === null) return
  reportProgress(options, 'checking without TLS')
  const { plainUrl, url } = options
  const addresses = plainUrl.hostname === url.hostname ? options.addresses : await addressesOf(plainUrl).catch(() => [])
  for (const { ip } of addresses)
    client.exchanges.plain.push(await sendRequest(plainUrl, { ip, port: portOf(plainUrl) }, { path: '/sign-in' }))
}

/** The language cookie of the sign-in page shows the cookie names. */
async function probeOtherPort({ options, exchanges, addresses: [first] }: ProbeClient, port: number): Promise<void> {
  if (first === undefined) return
  const url = new URL(options.url)
  url.port = String(port)
  exchanges.otherPorts.push(await sendRequest(url, { ip: first.ip, port }, { path: '/sign-in?lang=en', headers: { accept: 'text/html' } }))
}

/** Sent once: a lost response may have created a user, and a second user would not be deleted. */
async function signIn(client: ProbeClient, { username, password }: Account): Promise<SignInResult | undefined> {
  reportProgress(client.options, 'signing in')
  const path = client.options.account === null ? '/access/register' : '/access/login'
  return parseSignIn(await client.request('signIn', { method: 'POST', path, ...jsonBody({ username, password, remember: true }) }))
}

/** False only for an error response of Latchkey: trying again would use up the login limit of an existing user. */
function mayHaveSucceeded(signIn: Exchange): boolean {
  return errorCodeOf(signIn) === undefined
}

async function probeSignedIn(client: ProbeClient, signedIn: SignInResult): Promise<void> {
  const { options } = client
  const { cookie } = signedIn
  const token = bearer(signedIn)
  const session = '/access/session'
  reportProgress(options, 'using the session, the token and the remember-me login')
  await client.requestEachRepeatedly('byCookie', { path: session, headers: { cookie } })
  await client.requestEachRepeatedly('byToken', { path: session, headers: token })
  const patch = { method: 'PATCH', path: '/access/session/data', body: JSON.stringify({ doctor: 'x'.repeat(LARGE_DATA_BYTES) }) }
  const patchType = { 'content-type': 'application/merge-patch+json' }
  await client.request('patch', { ...patch, headers: { ...token, ...patchType } })
  const put = jsonBody({ data: {} })
  await client.request('put', { method: 'PUT', path: '/access/client-data', ...put, headers: { ...put.headers, ...token } })
  // The session does not exist: no session of an existing user may be revoked.
  await client.request('delete', { method: 'DELETE', path: '/access/sessions/none', headers: token })
  await client.request('cookieOnly', { ...patch, headers: { cookie, ...patchType } })

  reportProgress(options, 'sending requests of other origins')
  const mint = { method: 'POST', path: '/access/token' }
  await client.request('ownOrigin', { ...mint, headers: { cookie, origin: options.url.origin } })
  await client.request('foreignOrigin', { ...mint, headers: { cookie, origin: FOREIGN_ORIGIN } })
  await client.request('crossSite', { ...mint, headers: { cookie, 'sec-fetch-site': 'cross-site' } })
  await client.request('foreignRead', { path: session, headers: { cookie, origin: FOREIGN_ORIGIN } })
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' }
  const preflightFrom = (origin: string) => ({ method: 'OPTIONS', path: '/access/token', headers: { ...preflight, origin } })
  await client.request('foreignPreflight', preflightFrom(FOREIGN_ORIGIN))
  for (const origin of options.origins) {
    await client.request('allowedPreflight', preflightFrom(origin))
    await client.request('allowedRead', { path: session, headers: { cookie, origin } })
  }

  reportProgress(options, 'checking clocks and client addresses')
  await client.requestEachRepeatedly('tokens', { ...mint, headers: { cookie } })
  await client.requestUntil('sessions', { path: '/access/sessions', headers: token }, ({ status }) => status === 200)
}

async function signOut(client: ProbeClient, signedIn: SignInResult): Promise<void> {
  const { options } = client
  reportProgress(options, 'signing out')
  const token = bearer(signedIn)
  const request = { method: 'POST', path: `/access/logout/${signedIn.userId}`, headers: token }
  const { receivedAt, status } = await client.requestUntil('logout', request, (exchange) => exchange.status === 200)
  if (status !== 200) return
  while (Date.now() - receivedAt < REVOCATION_POLL.durationMs && !options.signal.aborted) {
    for (const headers of [token, { cookie: signedIn.cookie }])
      await client.requestEach('afterLogout', { path: '/access/session', headers })
    await pause(REVOCATION_POLL.intervalMs)
  }
}

/** Guesses for usernames that do not exist, so that no user is locked out. */
async function probeLoginLimits(client: ProbeClient): Promise<void> {
  reportProgress(client.options, 'trying wrong passwords')
  await guessUntilLimited(client, 'guesses', 0)
  // A round-robin balancer now sends every guess to the same process: only a shared count gives the same result.
  const others = client.processes() - 1
  if (others > 0) await guessUntilLimited(client, 'skewedGuesses', others)
}

async function guessUntilLimited(client: ProbeClient, stepName: 'guesses' | 'skewedGuesses', requestsBetween: number): Promise<void> {
  const { username, password } = temporaryAccount()
  const request = { method: 'POST', path: '/access/login', ...jsonBody({ username, password }) }
  let left = MAX_GUESSES
  while (left > 0) {
    left -= 1
    reportProgress(client.options, `trying wrong passwords (${MAX_GUESSES - left})`)
    const { status } = await client.request(stepName, request)
    if (status === 0) return
    if (status === 429) left = Math.min(left, 2 * requestsBetween)
    for (let other = 0; other < requestsBetween; other += 1) await client.request(null, { path: '/access/session' })
  }
}

/**
 * Signs in once more with a forged client address, then signs out and deletes the temporary user.
 * @returns whether everything was cleaned up
 */
async function cleanUp(client: ProbeClient, { username, password }: Account): Promise<boolean> {
  const body = jsonBody({ username, password, delivery: 'header' })
  const forgedHeaders = { 'x-forwarded-for': FORGED_ADDRESS, forwarded: `for=${FORGED_ADDRESS}`, 'x-real-ip': FORGED_ADDRESS }
  const login = { method: 'POST', path: '/access/login', ...body, headers: { ...body.headers, ...forgedHeaders } }
  const exchange = await client.requestUntil('forgedSignIn', login, (response) => parseSignIn(response) !== undefined)
  const signedIn = parseSignIn(exchange)
  if (signedIn === undefined) return errorCodeOf(exchange) === 'credentials.invalid'
  const session = { authorization: `Session ${signedIn.credential}` }
  await client.requestUntil('forgedSessions', { path: '/access/sessions', headers: session }, (listed) => Array.isArray(member(listed)))
  if (client.options.account === null) {
    const headers = { 'content-type': 'application/json', ...session }
    const deletion = { method: 'DELETE', path: '/access/account', body: JSON.stringify({ password }), headers }
    return (await client.requestUntil(null, deletion, ({ status }) => status === 204)).status === 204
  }
  const credentials = [...client.exchanges.signIn.flatMap((earlier) => parseSignIn(earlier) ?? []).map(bearer), session]
  for (const headers of credentials) {
    const logout = { method: 'POST', path: `/access/logout/${signedIn.userId}`, headers }
    await client.requestUntil(null, logout, ({ status }) => status === 200)
  }
  return true
}

function reportProgress(options: ProbeOptions, activity: string): void {
  options.signal.throwIfAborted()
  options.onProgress(activity)
}
