// Migrates express-session to Latchkey without signing users out: until a set date, an old session is exchanged for a new one.

import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler, Response } from 'express'
import type { ClientInfo } from '../engine/context.ts'
import type { SignInResult } from '../engine/issue-credentials.ts'
import type { SessionData } from '../engine/session-data.ts'
import { DBSC_REGISTRATION_HEADER } from '../http/dbsc-registration.ts'
import type { Guard } from '../http/guard.ts'
import { guardedRequest } from './node-request.ts'

/** What the migration needs of Latchkey. */
export interface MigrationTarget {
  readonly guard: Guard
  readonly users: {
    readonly signIn: (
      nameOrId: string,
      options: { remember: boolean; data: SessionData['data'] },
      clientInfo: ClientInfo,
    ) => Promise<SignInResult | { readonly code: string }>
  }
  readonly cookies: (signedIn: SignInResult) => readonly string[]
  readonly dbscRegistrationHeader: (signedIn: SignInResult) => string | undefined
}

export interface ExpressSessionMigrationOptions {
  /** The date from which old sessions no longer count: a Date, or what `new Date()` accepts. */
  readonly until: Date | string
  /** The username or id of the old session's user; undefined when it has none. */
  readonly userOf: (request: Request) => string | undefined
  /** Signs the old session out. By default it is replaced with an empty one. */
  readonly forget?: (request: Request) => void | Promise<void>
  /** The data to copy into the new session. */
  readonly dataOf?: (request: Request) => SessionData['data']
}

interface OldSession {
  readonly cookie?: { readonly expires?: unknown }
  readonly id?: string
  /** When it was first exchanged for a Latchkey session, in milliseconds since 1970. */
  latchkeyAt?: number
  save(done: (error?: unknown) => void): unknown
  regenerate(done: (error?: unknown) => void): unknown
}

/** The requests of one page arrive together: within this time they share one exchange. After that the old session is spent. */
const CONCURRENT_REQUESTS_WINDOW = 10_000

/** These requests sign in anew. */
const SIGN_IN_PATHS = ['/access/login', '/access/register']

/**
 * Middleware between express-session and Latchkey's guards. A request with a signed-in old session, and without
 * a Latchkey credential, is signed in: with a remember-me login where the old cookie was persistent. This happens once per
 * old session; once the browser has sent the new cookies, the old session is signed out. It does not count as
 * a password sign-in, so routes that need a fresh sign-in stay closed.
 *
 * @throws TypeError when `until` is not a valid date
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
    const pending = recentSignIns.get(id)
    if (pending !== undefined) return pending
    const signedIn = signIn(request, user, session)
    recentSignIns.set(id, signedIn)
    signedIn.catch(() => recentSignIns.delete(id))
    setTimeout(() => recentSignIns.delete(id), CONCURRENT_REQUESTS_WINDOW).unref()
    return signedIn
  }

  async function migrate(request: Request, response: Response): Promise<void> {
    const session = oldSessionOf(request)
    const user = userOf(request)
    if (user === undefined || SIGN_IN_PATHS.includes(request.path)) return
    const isSpent = session.latchkeyAt !== undefined && Date.now() - session.latchkeyAt > CONCURRENT_REQUESTS_WINDOW
    if (isSpent || (await hasLatchkeyCredential(request))) return forget(request)
    const signedIn = await signInOnce(request, user, session)
    if (!('user' in signedIn)) return
    session.latchkeyAt ??= Date.now()
    await toPromise((done) => session.save(done))
    const cookies = latchkey.cookies(signedIn)
    for (const cookie of cookies) response.append('set-cookie', cookie)
    const registration = latchkey.dbscRegistrationHeader(signedIn)
    if (registration !== undefined) response.setHeader(DBSC_REGISTRATION_HEADER, registration)
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
  if (session === undefined) throw new Error('There is no express-session to migrate: put migrateExpressSession after express-session.')
  return session
}

function regenerateOldSession(request: Request): Promise<void> {
  return toPromise((done) => oldSessionOf(request).regenerate(done))
}

function toPromise(start: (done: (error?: unknown) => void) => unknown): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  start((error) => (error ? reject(error) : resolve()))
  return promise
}

/** Lets this request use the new cookies, as the browser will from the next request on. */
function addRequestCookies(request: IncomingMessage, cookies: readonly string[]): void {
  for (const cookie of cookies) request.rawHeaders.push('cookie', cookie.slice(0, cookie.indexOf(';')))
}
