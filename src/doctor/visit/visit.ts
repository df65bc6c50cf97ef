// A whole visit: look around signed out, sign in, use every way, sign out, guess, and leave nothing behind.

import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { addressesOf, portOf } from '../addresses.ts'
import { addressText, ask } from '../connection.ts'
import { codeOf, type Exchange, mayBeLatchkeys, member } from '../exchange.ts'
import { listen } from './listen.ts'
import { FOREIGN_ORIGIN, FORGED_ADDRESS } from './names.ts'
import type { Account, Plan } from './plan.ts'
import { bearer, type SignedIn, signedInBy } from './signed-in.ts'
import type { StreamHeard, Visit } from './steps.ts'
import { jsonBody, Traveller } from './traveller.ts'

/** As much as a session's data may hold, nearly. */
const LARGE = 15_000
/** How long endings are watched, and how often, in milliseconds. */
const WATCH = { for: 2_500, every: 100 }
const MAX_GUESSES = 60

export async function visit(plan: Plan): Promise<Visit> {
  const traveller = new Traveller(plan)
  const { notes } = traveller
  const account = plan.account ?? throwawayAccount()
  const heard: { stream: StreamHeard | null } = { stream: null }
  let leftBehind: string | null = null
  try {
    await walk(traveller, account, heard)
  } catch (error) {
    if (!plan.signal.aborted) throw error
  } finally {
    plan.onProgress('putting everything away')
    if (notes.signIn.some(mayHaveWorked) && !(await takeLeave(traveller, account)) && plan.account === null) leftBehind = account.username
  }
  return { url: plan.url, steps: notes, stream: heard.stream, leftBehind }
}

async function walk(traveller: Traveller, account: Account, heard: { stream: StreamHeard | null }): Promise<void> {
  const { plan } = traveller
  await findLatchkey(traveller)
  const [first] = traveller.addresses
  if (first === undefined) return
  await lookAround(traveller)
  const signedIn = await signIn(traveller, account)
  if (signedIn === undefined) return
  if (plan.serviceKey !== null) heard.stream = await listen(plan.url, first, plan.serviceKey)
  await tryEveryWay(traveller, signedIn)
  await signOut(traveller, signedIn)
  await guess(traveller)
}

function throwawayAccount(): Account {
  return { username: `doctor-${randomBytes(6).toString('hex')}`, password: randomBytes(18).toString('base64url') }
}

/** No password goes where something else answers. */
async function findLatchkey(traveller: Traveller): Promise<void> {
  const { plan } = traveller
  for (const address of plan.addresses) {
    step(plan, `asking ${addressText(address)}`)
    const exchange = await traveller.at(address, 'reached', { path: '/access/session' })
    if (mayBeLatchkeys(exchange)) traveller.addresses = [...traveller.addresses, address]
  }
}

async function lookAround(traveller: Traveller): Promise<void> {
  const { plan } = traveller
  step(plan, 'looking around signed out')
  for (let round = 0; round < 2; round += 1) await traveller.everybody('signedOut', { path: '/access/session' })
  await traveller.everywhere('signInPage', { path: '/sign-in', headers: { accept: 'text/html' } })
  await traveller.everywhere('startPage', { path: '/', headers: { accept: 'text/html' } })
  for (const port of plan.neighbours) await askNeighbour(traveller, port)
  await traveller.everywhere('metrics', { path: '/metrics' })
  await traveller.everywhere('lab', { path: '/lab' })
  await traveller.everybody('publicKeys', { path: '/.well-known/jwks.json' })
  await traveller.everywhere('metadata', { path: '/.well-known/oauth-authorization-server' })
  if (plan.plain === null) return
  step(plan, 'asking without TLS')
  const { plain, url } = plan
  const known = plain.hostname === url.hostname ? plan.addresses : await addressesOf(plain).catch(() => [])
  for (const { ip } of known) traveller.notes.plain.push(await ask(plain, { ip, port: portOf(plain) }, { path: '/sign-in' }))
}

/** Which cookies it uses is told by the one that keeps the language. */
async function askNeighbour({ plan, notes, addresses: [first] }: Traveller, port: number): Promise<void> {
  if (first === undefined) return
  const url = new URL(plan.url)
  url.port = String(port)
  notes.neighbours.push(await ask(url, { ip: first.ip, port }, { path: '/sign-in?lang=en', headers: { accept: 'text/html' } }))
}

/** Asked once: an answer that was lost may have left a user, and a second one would be forgotten. */
async function signIn(traveller: Traveller, { username, password }: Account): Promise<SignedIn | undefined> {
  step(traveller.plan, 'signing in')
  const path = traveller.plan.account === null ? '/access/register' : '/access/login'
  return signedInBy(await traveller.next('signIn', { method: 'POST', path, ...jsonBody({ username, password, remember: true }) }))
}

/** An answer that is not Latchkey's does not tell. A refusal does, and a real user's guesses are not to be used up. */
function mayHaveWorked(signIn: Exchange): boolean {
  return codeOf(signIn) === undefined
}

async function tryEveryWay(traveller: Traveller, signedIn: SignedIn): Promise<void> {
  const { plan } = traveller
  const { cookie } = signedIn
  const token = bearer(signedIn)
  const session = '/access/session'
  step(plan, 'using the session, the token and the remembered login')
  await traveller.everybody('byCookie', { path: session, headers: { cookie } })
  await traveller.everybody('byToken', { path: session, headers: token })
  const patch = { method: 'PATCH', path: '/access/session/data', body: JSON.stringify({ doctor: 'x'.repeat(LARGE) }) }
  const patchType = { 'content-type': 'application/merge-patch+json' }
  await traveller.next('patch', { ...patch, headers: { ...token, ...patchType } })
  const put = jsonBody({ data: {} })
  await traveller.next('put', { method: 'PUT', path: '/access/client-data', ...put, headers: { ...put.headers, ...token } })
  // Of a session that nobody has: where somebody real signs in, nothing of theirs may end.
  await traveller.next('delete', { method: 'DELETE', path: '/access/sessions/none', headers: token })
  await traveller.next('cookieAlone', { ...patch, headers: { cookie, ...patchType } })

  step(plan, 'asking as pages of other origins would')
  const mint = { method: 'POST', path: '/access/token' }
  await traveller.next('ownOrigin', { ...mint, headers: { cookie, origin: plan.url.origin } })
  await traveller.next('foreignOrigin', { ...mint, headers: { cookie, origin: FOREIGN_ORIGIN } })
  await traveller.next('crossSite', { ...mint, headers: { cookie, 'sec-fetch-site': 'cross-site' } })
  await traveller.next('foreignRead', { path: session, headers: { cookie, origin: FOREIGN_ORIGIN } })
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' }
  const preflightFrom = (origin: string) => ({ method: 'OPTIONS', path: '/access/token', headers: { ...preflight, origin } })
  await traveller.next('foreignPreflight', preflightFrom(FOREIGN_ORIGIN))
  for (const origin of plan.origins) {
    await traveller.next('allowedPreflight', preflightFrom(origin))
    await traveller.next('allowedRead', { path: session, headers: { cookie, origin } })
  }

  step(plan, 'comparing clocks and addresses')
  await traveller.everybody('tokens', { ...mint, headers: { cookie } })
  await traveller.insist('sessions', { path: '/access/sessions', headers: token }, ({ status }) => status === 200)
}

async function signOut(traveller: Traveller, signedIn: SignedIn): Promise<void> {
  const { plan } = traveller
  step(plan, 'signing out, and looking whether it bites')
  const token = bearer(signedIn)
  const asked = { method: 'POST', path: `/access/logout/${signedIn.code}`, headers: token }
  const { receivedAt, status } = await traveller.insist('logout', asked, (exchange) => exchange.status === 200)
  if (status !== 200) return
  while (Date.now() - receivedAt < WATCH.for && !plan.signal.aborted) {
    for (const headers of [token, { cookie: signedIn.cookie }])
      await traveller.everywhere('afterLogout', { path: '/access/session', headers })
    await pause(WATCH.every)
  }
}

/** Guesses at a name that nobody has, so that nobody is locked out. */
async function guess(traveller: Traveller): Promise<void> {
  step(traveller.plan, 'guessing passwords')
  await guessUntilRefused(traveller, 'guesses', 0)
  // A balancer that takes turns now sends every guess to the same process: only a count that all share comes to the same.
  const others = traveller.processes() - 1
  if (others > 0) await guessUntilRefused(traveller, 'skewedGuesses', others)
}

async function guessUntilRefused(traveller: Traveller, note: 'guesses' | 'skewedGuesses', between: number): Promise<void> {
  const { username, password } = throwawayAccount()
  const asked = { method: 'POST', path: '/access/login', ...jsonBody({ username, password }) }
  let left = MAX_GUESSES
  while (left > 0) {
    left -= 1
    step(traveller.plan, `guessing passwords (${MAX_GUESSES - left})`)
    const { status } = await traveller.next(note, asked)
    if (status === 0) return
    if (status === 429) left = Math.min(left, 2 * between)
    for (let other = 0; other < between; other += 1) await traveller.next(null, { path: '/access/session' })
  }
}

/**
 * Signs in once more, as if from another address, and then ends everything that this visit began.
 * @returns whether nothing is left
 */
async function takeLeave(traveller: Traveller, { username, password }: Account): Promise<boolean> {
  const body = jsonBody({ username, password, delivery: 'header' })
  const claims = { 'x-forwarded-for': FORGED_ADDRESS, forwarded: `for=${FORGED_ADDRESS}`, 'x-real-ip': FORGED_ADDRESS }
  const login = { method: 'POST', path: '/access/login', ...body, headers: { ...body.headers, ...claims } }
  const answered = await traveller.insist('forgedSignIn', login, (exchange) => signedInBy(exchange) !== undefined)
  const again = signedInBy(answered)
  if (again === undefined) return codeOf(answered) === 'credentials.invalid'
  const proof = { authorization: `Session ${again.credential}` }
  await traveller.insist('forgedSessions', { path: '/access/sessions', headers: proof }, (exchange) => Array.isArray(member(exchange)))
  if (traveller.plan.account === null) {
    const headers = { 'content-type': 'application/json', ...proof }
    const deletion = { method: 'DELETE', path: '/access/account', body: JSON.stringify({ password }), headers }
    return (await traveller.insist(null, deletion, ({ status }) => status === 204)).status === 204
  }
  const proofs = [...traveller.notes.signIn.flatMap((exchange) => signedInBy(exchange) ?? []).map(bearer), proof]
  for (const headers of proofs) {
    const logout = { method: 'POST', path: `/access/logout/${again.code}`, headers }
    await traveller.insist(null, logout, ({ status }) => status === 200)
  }
  return true
}

function step(plan: Plan, doing: string): void {
  plan.signal.throwIfAborted()
  plan.onProgress(doing)
}
