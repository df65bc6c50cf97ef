// Authorizes a request before its body is read: origin, then credential, then DPoP proof.

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
  /** The authenticated user, on routes that need one. */
  readonly authenticated: Authenticated | undefined
  /** The refusal, if any; the context is there for the route to reshape it. */
  readonly error: AuthError | undefined
}

const NOTHING: RequestCredentials = { header: undefined, cookies: {} }

/**
 * Synchronous where the credential cache has the credential; a promise may reject with StoreError.
 *
 * @param resolved the credentials, once duplicate cookies are resolved
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

/** Most routes need neither, and skip the check. */
function checkRouteAccess({ role, fresh }: Route, principal: Principal, engine: EngineContext): AuthError | undefined {
  if (role === undefined && !fresh) return undefined
  return checkAccess({ role, freshAge: fresh ? engine.policy.freshAge : undefined }, principal, engine)
}

/** A body may arrive slowly: authenticates again if the session was revoked meanwhile. */
export async function recheckAuthentication(
  app: App,
  context: RouteContext<unknown, unknown>,
  { principal }: Authenticated,
): Promise<AuthError | undefined> {
  if (app.engine.revocationFeed.revocationReason(principal.sid) === undefined) return undefined
  const again = await authenticateRequest(app.engine, context.credentials, context.request, true)
  return again instanceof AuthError ? again : undefined
}
