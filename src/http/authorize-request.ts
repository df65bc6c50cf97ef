// Whether a request may come in: its origin, then its credentials, then their proof. Nothing of its body is read before.

import { boundedUserAgent } from '../domain/credential.ts'
import { AuthError } from '../domain/errors.ts'
import { isSafeMethod } from '../domain/origin.ts'
import type { EngineContext } from '../engine/context.ts'
import type { Principal } from '../engine/principal.ts'
import { type Authenticated, authenticateRequest, authenticateService, checkAccess, checkCredentialSource } from './authenticate-request.ts'
import { type CookieNames, type RequestCredentials, readCredentials } from './credentials.ts'
import { checkRequestOrigin } from './cross-origin.ts'
import { ownUrl, verifyDpopHeader } from './dpop.ts'
import { type MaybePromise, mapMaybe } from './maybe-promise.ts'
import type { HttpRequest } from './message.ts'
import { resolveDuplicates } from './resolve-duplicate-cookies.ts'
import type { App, Route, RouteContext } from './route.ts'

export interface AuthorizationResult {
  readonly context: RouteContext<unknown, unknown>
  /** Who it is, for every route that asks. */
  readonly authenticated: Authenticated | undefined
  /** Why it may not; then the call is there for the route to reshape the refusal. */
  readonly error: AuthError | undefined
}

const NOTHING: RequestCredentials = { header: undefined, cookies: {} }

/**
 * Answers at once where memory does; what is promised may reject with StoreError.
 *
 * @param resolved the credentials, once it is known which of several cookies of one name counts
 */
export function authorizeRequest(
  app: App,
  names: CookieNames,
  request: HttpRequest,
  route: Route,
  parameter: string,
  resolved?: RequestCredentials,
): MaybePromise<AuthorizationResult> {
  const decide = (
    error: AuthError | undefined,
    authenticated?: Authenticated,
    credentials = NOTHING,
    jkt?: string,
  ): AuthorizationResult => {
    const clientInfo = { ip: request.address, userAgent: boundedUserAgent(request.header('user-agent')) }
    const context = { app, engine: app.engine, request, credentials, clientInfo, parameter, jkt, query: undefined, body: undefined }
    return { context, authenticated, error }
  }

  const changes = route.changes === true || !isSafeMethod(request.method)
  const denied = changes ? checkRequestOrigin(request, app.engine.policy.allowedOrigins) : undefined
  if (denied) return decide(denied)

  const auth = typeof route.auth === 'function' ? route.auth(request) : route.auth
  if (auth instanceof AuthError) return decide(auth)
  if (auth === 'none') return decide(undefined)
  if (auth === 'service-key') return authenticateService(app.engine, request).then((error) => decide(error))
  const credentials = resolved ?? readCredentials((name) => request.header(name), names)
  if (credentials instanceof AuthError) return decide(credentials)
  if (resolved === undefined && credentials.cookies.duplicates !== undefined) {
    const needs = auth !== 'allowed-origin' ? 'header' : isSafeMethod(request.method) ? 'page' : 'cookies'
    return resolveDuplicates(app.engine, credentials, needs).then((found) => authorizeRequest(app, names, request, route, parameter, found))
  }
  const withDpop = (authenticated?: Authenticated): MaybePromise<AuthorizationResult> => {
    const { issuesToken = false } = route
    const sensitive = typeof route.sensitive === 'function' ? route.sensitive(request) : route.sensitive === true
    if (!(sensitive || issuesToken) && app.engine.policy.dpop !== 'always') return decide(undefined, authenticated, credentials)
    const target = route.dpopTarget?.(request, app.engine) ?? { htm: request.method, htu: ownUrl(app.engine, request.path) }
    return mapMaybe(verifyDpopHeader(app.engine, request, target, credentials.header, { sensitive, issuesToken }), (jkt) =>
      jkt instanceof AuthError ? decide(jkt, authenticated, credentials) : decide(undefined, authenticated, credentials, jkt),
    )
  }
  if (auth === 'allowed-origin' || auth === 'refreshable') return withDpop()

  return mapMaybe(authenticateRequest(app.engine, credentials, request, request.header('x-latchkey-passive') === '1'), (authenticated) => {
    if (authenticated instanceof AuthError) return decide(authenticated, undefined, credentials)
    const error = checkCredentialSource(auth, authenticated.via) ?? checkRouteAccess(route, authenticated.principal, app.engine)
    return error ? decide(error, authenticated, credentials) : withDpop(authenticated)
  })
}

/** Most routes ask for neither, and pay for neither. */
function checkRouteAccess({ role, fresh }: Route, principal: Principal, parts: EngineContext): AuthError | undefined {
  if (role === undefined && !fresh) return undefined
  return checkAccess({ role, freshAge: fresh ? parts.policy.freshAge : undefined }, principal, parts)
}

/** A body may take its time to arrive: why whoever was let in before it is no longer, if their session has ended since. */
export async function recheckAuthentication(
  app: App,
  call: RouteContext<unknown, unknown>,
  { principal }: Authenticated,
): Promise<AuthError | undefined> {
  if (app.engine.revocationFeed.revocationReason(principal.sid) === undefined) return undefined
  const again = await authenticateRequest(app.engine, call.credentials, call.request, true)
  return again instanceof AuthError ? again : undefined
}
