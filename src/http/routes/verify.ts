// Forward authentication: answers a proxy whether the request that it forwards is signed in, and as which user.

import { AuthError } from '../../domain/errors.ts'
import { isSafeMethod } from '../../domain/origin.ts'
import type { EngineContext } from '../../engine/context.ts'
import { getSessionView } from '../../engine/session-view.ts'
import { ownUrl, type RequestTarget } from '../dpop.ts'
import { mapMaybe } from '../maybe-promise.ts'
import type { HttpRequest } from '../message.ts'
import { needsSignIn } from '../problem.ts'
import { authenticatedRoute, type RouteContext, type RouteResult } from '../route.ts'

const METHOD_HEADERS = ['x-forwarded-method', 'x-original-method'] as const
const URI_HEADERS = ['x-forwarded-uri', 'x-original-uri'] as const
const SINGLE_HEADERS = [...METHOD_HEADERS, ...URI_HEADERS] as const
/** Matches no DPoP proof. */
const NO_TARGET: RequestTarget = { htm: '', htu: '' }

export const verifyRoutes = [
  authenticatedRoute({
    method: 'GET',
    path: '/access/verify',
    forwardAuth: true,
    auth: requiredAuth,
    dpopTarget: forwardedTarget,
    summary: 'For proxies: 204 with the user in headers, or a refusal.',
    responses: { 204: null, 303: null },
    errorCodes: ['csrf.header_required'],
    run: ({ engine, principal }) =>
      mapMaybe(getSessionView(engine, principal), (view) => {
        if (view instanceof AuthError) return view
        const headers = {
          'remote-user': headerText(view.username),
          'remote-user-id': principal.userId,
          'remote-session': principal.sid,
        }
        return { status: 204, headers }
      }),
    mapError: signInRedirect,
  }),
]

/** The auth requirement of the forwarded request: a change needs a header credential, and so does a request without a method. */
function requiredAuth(request: HttpRequest): 'session-or-token' | 'header-only' | AuthError {
  // Two values under one name: the proxy and the application might use different ones.
  if (SINGLE_HEADERS.some((name) => request.header(name)?.includes(', ')))
    return new AuthError('request.malformed', { reason: 'duplicate_header' })
  return everyForwardedMethod(request, isSafeMethod) ? 'session-or-token' : 'header-only'
}

/** True when at least one method is named, and every named method passes. */
function everyForwardedMethod(request: HttpRequest, passes: (method: string) => boolean): boolean {
  const methods = headerValues(request, METHOD_HEADERS)
  return methods.length > 0 && methods.every((method) => passes(method.toUpperCase()))
}

/** The values under both conventions, of which a proxy usually uses one. */
function headerValues(request: HttpRequest, headers: readonly string[]): readonly string[] {
  return headers.map((name) => request.header(name)).filter((value) => value !== null)
}

/** Method and URL of the forwarded request, as the client sent it. */
function forwardedTarget(request: HttpRequest, engine: EngineContext): RequestTarget {
  const [uri = request.path, ...otherUris] = headerValues(request, URI_HEADERS)
  const [method = request.method, ...otherMethods] = headerValues(request, METHOD_HEADERS)
  // It is unknown which of two values the proxy uses.
  if (otherUris.some((other) => other !== uri) || otherMethods.some((other) => other.toUpperCase() !== method.toUpperCase()))
    return NO_TARGET
  const address = returnAddress(request, uri, engine.policy.allowedOrigins)
  return { htm: method.toUpperCase(), htu: address === uri ? ownUrl(engine, uri) : address }
}

/** Redirects browsers to the sign-in page: directly where the proxy passes a redirect on, by Location where nginx handles a 401. */
function signInRedirect({ app, engine, request }: RouteContext<unknown, unknown>, error: AuthError): RouteResult | undefined {
  const forwarded = request.header('x-forwarded-uri')
  const original = request.header('x-original-uri')
  const uri = forwarded ?? original
  if (uri === null || !needsSignIn(error)) return undefined
  const location = {
    location: `${app.publicUrl}/sign-in?return=${encodeURIComponent(returnAddress(request, uri, engine.policy.allowedOrigins).toWellFormed())}`,
  }
  if (forwarded === null) return { headers: location }
  const isPage = everyForwardedMethod(request, (method) => method === 'GET') && (request.header('accept') ?? '').includes('text/html')
  return isPage ? { status: 303, headers: location } : undefined
}

/** Absolute only where the origin is allowed: forged forwarding headers change nothing. */
function returnAddress(request: HttpRequest, uri: string, allowed: ReadonlySet<string>): string {
  const origin = `${request.header('x-forwarded-proto') ?? ''}://${request.header('x-forwarded-host') ?? ''}`
  return allowed.has(origin) ? `${origin}${uri}` : uri
}

function headerText(text: string): string {
  return encodeURIComponent(text)
}
