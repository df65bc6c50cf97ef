// A whole visit: look around signed out, sign in, use every way, sign out, guess, and leave nothing behind.

import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { addressesOf, portOf } from '../addresses.ts'
import { addressText, sendRequest } from '../connection.ts'
import { type Exchange, errorCodeOf, mayBeLatchkey, member } from '../http-exchange.ts'
import { jsonBody, ProbeClient } from './client.ts'
import type { Account, ProbeOptions } from './options.ts'
import { FOREIGN_ORIGIN, FORGED_ADDRESS } from './reserved-names.ts'
import { bearer, parseSignIn, type SignInResult } from './sign-in.ts'
import { readRevocationStream } from './sse.ts'
import type { ProbeResult, StreamObservation } from './steps.ts'

/** As much as a session's data may hold, nearly. */
const LARGE_DATA_BYTES = 15_000
/** How long endings are watched, and how often, in milliseconds. */
const REVOCATION_POLL = { durationMs: 2_500, intervalMs: 100 }
const MAX_GUESSES = 60

export async function probe(plan: ProbeOptions): Promise<ProbeResult> {
  const client = new ProbeClient(plan)
  const { exchanges } = client
  const account = plan.account ?? temporaryAccount()
  const observed: { stream: StreamObservation | null } = { stream: null }
  let leftBehind: string | null = null
  try {
    await runProbe(client, account, observed)
  } catch (error) {
    if (!plan.signal.aborted) throw error
  } finally {
    plan.onProgress('putting everything away')
    if (exchanges.signIn.some(mayHaveSucceeded) && !(await cleanUp(client, account)) && plan.account === null) leftBehind = account.username
  }
  return { url: plan.url, steps: exchanges, stream: observed.stream, leftBehind }
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

/** No password goes where something else answers. */
async function findLatchkey(client: ProbeClient): Promise<void> {
  const { options } = client
  for (const address of options.addresses) {
    reportProgress(options, `asking ${addressText(address)}`)
    const exchange = await client.requestAt(address, 'reached', { path: '/access/session' })
    if (mayBeLatchkey(exchange)) client.addresses = [...client.addresses, address]
  }
}

async function probeSignedOut(client: ProbeClient): Promise<void> {
  const { options } = client
  reportProgress(options, 'looking around signed out')
  for (let round = 0; round < 2; round += 1) await client.requestEachRepeatedly('signedOut', { path: '/access/session' })
  await client.requestEach('signInPage', { path: '/sign-in', headers: { accept: 'text/html' } })
  await client.requestEach('startPage', { path: '/', headers: { accept: 'text/html' } })
  for (const port of options.otherPorts) await probeOtherPort(client, port)
  await client.requestEach('metrics', { path: '/metrics' })
  await client.requestEach('lab', { path: '/lab' })
  await client.requestEachRepeatedly('publicKeys', { path: '/.well-known/jwks.json' })
  await client.requestEach('metadata', { path: '/.well-known/oauth-authorization-server' })
  if (options.plainUrl === null) return
  reportProgress(options, 'asking without TLS')
  const { plainUrl, url } = options
  const known = plainUrl.hostname === url.hostname ? options.addresses : await addressesOf(plainUrl).catch(() => [])
  for (const { ip } of known) client.exchanges.plain.push(await sendRequest(plainUrl, { ip, port: portOf(plainUrl) }, { path: '/sign-in' }))
}

/** Which cookies it uses is told by the one that keeps the language. */
async function probeOtherPort({ options, exchanges, addresses: [first] }: ProbeClient, port: number): Promise<void> {
  if (first === undefined) return
  const url = new URL(options.url)
  url.port = String(port)
  exchanges.neighbours.push(await sendRequest(url, { ip: first.ip, port }, { path: '/sign-in?lang=en', headers: { accept: 'text/html' } }))
}

/** Asked once: an answer that was lost may have left a user, and a second one would be forgotten. */
async function signIn(client: ProbeClient, { username, password }: Account): Promise<SignInResult | undefined> {
  reportProgress(client.options, 'signing in')
  const path = client.options.account === null ? '/access/register' : '/access/login'
  return parseSignIn(await client.request('signIn', { method: 'POST', path, ...jsonBody({ username, password, remember: true }) }))
}

/** An answer that is not Latchkey's does not tell. A refusal does, and a real user's guesses are not to be used up. */
function mayHaveSucceeded(signIn: Exchange): boolean {
  return errorCodeOf(signIn) === undefined
}

async function probeSignedIn(client: ProbeClient, signedIn: SignInResult): Promise<void> {
  const { options } = client
  const { cookie } = signedIn
  const token = bearer(signedIn)
  const session = '/access/session'
  reportProgress(options, 'using the session, the token and the remembered login')
  await client.requestEachRepeatedly('byCookie', { path: session, headers: { cookie } })
  await client.requestEachRepeatedly('byToken', { path: session, headers: token })
  const patch = { method: 'PATCH', path: '/access/session/data', body: JSON.stringify({ doctor: 'x'.repeat(LARGE_DATA_BYTES) }) }
  const patchType = { 'content-type': 'application/merge-patch+json' }
  await client.request('patch', { ...patch, headers: { ...token, ...patchType } })
  const put = jsonBody({ data: {} })
  await client.request('put', { method: 'PUT', path: '/access/client-data', ...put, headers: { ...put.headers, ...token } })
  // Of a session that nobody has: where somebody real signs in, nothing of theirs may end.
  await client.request('delete', { method: 'DELETE', path: '/access/sessions/none', headers: token })
  await client.request('cookieAlone', { ...patch, headers: { cookie, ...patchType } })

  reportProgress(options, 'asking as pages of other origins would')
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

  reportProgress(options, 'comparing clocks and addresses')
  await client.requestEachRepeatedly('tokens', { ...mint, headers: { cookie } })
  await client.requestUntil('sessions', { path: '/access/sessions', headers: token }, ({ status }) => status === 200)
}

async function signOut(client: ProbeClient, signedIn: SignInResult): Promise<void> {
  const { options } = client
  reportProgress(options, 'signing out, and looking whether it bites')
  const token = bearer(signedIn)
  const asked = { method: 'POST', path: `/access/logout/${signedIn.userId}`, headers: token }
  const { receivedAt, status } = await client.requestUntil('logout', asked, (exchange) => exchange.status === 200)
  if (status !== 200) return
  while (Date.now() - receivedAt < REVOCATION_POLL.durationMs && !options.signal.aborted) {
    for (const headers of [token, { cookie: signedIn.cookie }])
      await client.requestEach('afterLogout', { path: '/access/session', headers })
    await pause(REVOCATION_POLL.intervalMs)
  }
}

/** Guesses at a name that nobody has, so that nobody is locked out. */
async function probeLoginLimits(client: ProbeClient): Promise<void> {
  reportProgress(client.options, 'guessing passwords')
  await guessUntilLimited(client, 'guesses', 0)
  // A balancer that takes turns now sends every guess to the same process: only a count that all share comes to the same.
  const others = client.processes() - 1
  if (others > 0) await guessUntilLimited(client, 'skewedGuesses', others)
}

async function guessUntilLimited(client: ProbeClient, stepName: 'guesses' | 'skewedGuesses', requestsBetween: number): Promise<void> {
  const { username, password } = temporaryAccount()
  const asked = { method: 'POST', path: '/access/login', ...jsonBody({ username, password }) }
  let left = MAX_GUESSES
  while (left > 0) {
    left -= 1
    reportProgress(client.options, `guessing passwords (${MAX_GUESSES - left})`)
    const { status } = await client.request(stepName, asked)
    if (status === 0) return
    if (status === 429) left = Math.min(left, 2 * requestsBetween)
    for (let other = 0; other < requestsBetween; other += 1) await client.request(null, { path: '/access/session' })
  }
}

/**
 * Signs in once more, as if from another address, and then ends everything that this visit began.
 * @returns whether nothing is left
 */
async function cleanUp(client: ProbeClient, { username, password }: Account): Promise<boolean> {
  const body = jsonBody({ username, password, delivery: 'header' })
  const claims = { 'x-forwarded-for': FORGED_ADDRESS, forwarded: `for=${FORGED_ADDRESS}`, 'x-real-ip': FORGED_ADDRESS }
  const login = { method: 'POST', path: '/access/login', ...body, headers: { ...body.headers, ...claims } }
  const answered = await client.requestUntil('forgedSignIn', login, (exchange) => parseSignIn(exchange) !== undefined)
  const again = parseSignIn(answered)
  if (again === undefined) return errorCodeOf(answered) === 'credentials.invalid'
  const proof = { authorization: `Session ${again.credential}` }
  await client.requestUntil('forgedSessions', { path: '/access/sessions', headers: proof }, (exchange) => Array.isArray(member(exchange)))
  if (client.options.account === null) {
    const headers = { 'content-type': 'application/json', ...proof }
    const deletion = { method: 'DELETE', path: '/access/account', body: JSON.stringify({ password }), headers }
    return (await client.requestUntil(null, deletion, ({ status }) => status === 204)).status === 204
  }
  const proofs = [...client.exchanges.signIn.flatMap((exchange) => parseSignIn(exchange) ?? []).map(bearer), proof]
  for (const headers of proofs) {
    const logout = { method: 'POST', path: `/access/logout/${again.userId}`, headers }
    await client.requestUntil(null, logout, ({ status }) => status === 200)
  }
  return true
}

function reportProgress(plan: ProbeOptions, activity: string): void {
  plan.signal.throwIfAborted()
  plan.onProgress(activity)
}
