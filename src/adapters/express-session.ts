// From express-session to Latchkey without signing anybody out: for a set time the old session is good for one of Latchkey's.

import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler, Response } from 'express'
import type { ClientInfo } from '../engine/context.ts'
import type { SignInResult } from '../engine/issue.ts'
import type { SessionData } from '../engine/session-data.ts'
import { DBSC_REGISTRATION_HEADER } from '../http/dbsc-registration.ts'
import type { Guard } from '../http/guard.ts'
import { guardedRequest } from './node-request.ts'

/** What the bridge needs of Latchkey. */
export interface MigrationTarget {
  readonly guard: Guard
  readonly users: {
    readonly signIn: (
      nameOrId: string,
      wish: { remember: boolean; data: SessionData['data'] },
      clientInfo: ClientInfo,
    ) => Promise<SignInResult | { readonly code: string }>
  }
  readonly cookies: (signedIn: SignInResult) => readonly string[]
  readonly dbscRegistrationHeader: (signedIn: SignInResult) => string | undefined
}

export interface ExpressSessionMigrationOptions {
  /** The moment from which old sessions count no more: a Date, or what `new Date()` reads. */
  readonly until: Date | string
  /** Whom the old session stands for, by the name or code that they have here; undefined for nobody. */
  readonly userOf: (request: Request) => string | undefined
  /** Makes the old session stand for nobody. Where it is left out, it gives way to an empty one. */
  readonly forget?: (request: Request) => void | Promise<void>
  /** What to take along into the new session's data. */
  readonly dataOf?: (request: Request) => SessionData['data']
}

interface OldSession {
  readonly cookie?: { readonly expires?: unknown }
  readonly id?: string
  /** When it was first good for a session of Latchkey's, in milliseconds since 1970. */
  latchkeyAt?: number
  save(done: (error?: unknown) => void): unknown
  regenerate(done: (error?: unknown) => void): unknown
}

/** Requests of one page come together: for this long they share what the first of them was given, and then it is given no more. */
const CONCURRENT_REQUESTS_WINDOW = 10_000

/** Here somebody says anew who they are. */
const SIGN_IN_PATHS = ['/access/login', '/access/register']

/**
 * Middleware between express-session and Latchkey's guards. Whoever comes with an old session that stands for somebody, and with
 * nothing of Latchkey's, is signed in: remembered where the old cookie would have outlived the browser. That is done once for an
 * old session, and once the browser has come with what it was given, the old session stands for nobody: a sign-out is one. No
 * password was typed, so nothing that asks for a fresh sign-in is open.
 *
 * @throws TypeError when `until` is no moment in time
 */
export function migrateExpressSession(latchkey: MigrationTarget, options: ExpressSessionMigrationOptions): RequestHandler {
  const until = new Date(options.until).getTime()
  if (Number.isNaN(until)) throw new TypeError(`until is "${String(options.until)}". Accepted: a Date, or a text such as 2027-03-01.`)
  const { userOf, dataOf = () => ({}), forget = regenerateOldSession } = options
  const recentSignIns = new Map<string, ReturnType<typeof signIn>>()

  function signIn(request: Request, user: string, session: OldSession) {
    const remember = session.cookie?.expires instanceof Date
    const clientInfo = { ip: request.ip ?? '', userAgent: request.get('user-agent') ?? '' }
    return latchkey.users.signIn(user, { remember, data: dataOf(request) }, clientInfo)
  }

  function signInOnce(request: Request, user: string, session: OldSession) {
    const id = session.id ?? ''
    const underWay = recentSignIns.get(id)
    if (underWay !== undefined) return underWay
    const begun = signIn(request, user, session)
    recentSignIns.set(id, begun)
    begun.catch(() => recentSignIns.delete(id))
    setTimeout(() => recentSignIns.delete(id), CONCURRENT_REQUESTS_WINDOW).unref()
    return begun
  }

  async function migrate(request: Request, response: Response): Promise<void> {
    const session = oldSessionOf(request)
    const user = userOf(request)
    if (user === undefined || SIGN_IN_PATHS.includes(request.path)) return
    const isSpent = session.latchkeyAt !== undefined && Date.now() - session.latchkeyAt > CONCURRENT_REQUESTS_WINDOW
    if (isSpent || (await hasLatchkeyCredential(request))) return forget(request)
    const begun = await signInOnce(request, user, session)
    if (!('user' in begun)) return
    session.latchkeyAt ??= Date.now()
    await toPromise((done) => session.save(done))
    const cookies = latchkey.cookies(begun)
    for (const cookie of cookies) response.append('set-cookie', cookie)
    const offer = latchkey.dbscRegistrationHeader(begun)
    if (offer !== undefined) response.setHeader(DBSC_REGISTRATION_HEADER, offer)
    response.setHeader('cache-control', 'no-store')
    addRequestCookies(request, cookies)
  }

  async function hasLatchkeyCredential(request: Request): Promise<boolean> {
    const found = await latchkey.guard({ ...guardedRequest(request, () => ''), method: 'GET' })
    return found.ok || found.error.detail.reason !== 'none' || found.error.detail.refreshable === true
  }

  return (request, response, next) => {
    if (Date.now() >= until) next()
    else migrate(request, response).then(() => next(), next)
  }
}

function oldSessionOf(request: Request): OldSession {
  const { session } = request as { readonly session?: OldSession }
  if (session === undefined) throw new Error('There is no session to bridge from: put migrateExpressSession after express-session.')
  return session
}

function regenerateOldSession(request: Request): Promise<void> {
  return toPromise((done) => oldSessionOf(request).regenerate(done))
}

function toPromise(begin: (done: (error?: unknown) => void) => unknown): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  begin((error) => (error ? reject(error) : resolve()))
  return promise
}

/** For this request, as the browser will do it from the next one on. */
function addRequestCookies(request: IncomingMessage, cookies: readonly string[]): void {
  for (const cookie of cookies) request.rawHeaders.push('cookie', cookie.slice(0, cookie.indexOf(';')))
}
