// The route guard, for adapters: returns the authenticated user of a request to a host's route, or the response that refuses it.

import { AuthError, StoreError } from '../domain/errors.ts'
import { AuthContext, type GuardedRequest } from './auth-context.ts'
import { type AuthenticationResult, createRequestEvaluator } from './guard.ts'
import { type GuardPolicy, type RouteOptions, readGuardOptions } from './guard-options.ts'
import { catchMaybe, type MaybePromise, mapMaybe } from './maybe-promise.ts'
import type { HttpResponse } from './message.ts'
import { needsSignIn, PROBLEM_TYPE, problemHeaders, problemOf, STATUS } from './problem.ts'
import type { App } from './route.ts'

export type GuardResult =
  /** Undefined where the route is `optional` and no user is signed in. */
  { readonly ok: true; readonly auth: AuthContext | undefined } | { readonly ok: false; readonly response: HttpResponse }

/**
 * A guard for one route. Its promise never rejects: a request that cannot be authenticated is refused.
 *
 * @throws TypeError for an invalid option
 */
export type RouteGuard = (options?: RouteOptions) => (request: GuardedRequest) => MaybePromise<GuardResult>

export function createRouteGuard(app: Pick<App, 'engine' | 'publicUrl'>, onFault: (error: unknown) => void = () => {}): RouteGuard {
  const evaluate = createRequestEvaluator(app.engine)
  return (options = {}) => {
    const policy = readGuardOptions(options, app.engine.policy.freshAge)
    return (request) =>
      catchMaybe(
        () => mapMaybe(evaluate(request, policy), (result) => toGuardResult(app, policy, request, result)),
        (fault) => {
          onFault(fault)
          return refuse(
            app,
            policy,
            request,
            new AuthError(fault instanceof StoreError ? 'store.unavailable' : 'server.busy', { retryAfter: 1 }),
          )
        },
      )
  }
}

function toGuardResult(
  app: Pick<App, 'engine' | 'publicUrl'>,
  policy: GuardPolicy,
  request: GuardedRequest,
  result: AuthenticationResult,
): GuardResult {
  if (result.ok) return { ok: true, auth: new AuthContext(app, result.principal, result.via, request) }
  if (policy.optional && result.error.code === 'session.required') return { ok: true, auth: undefined }
  return refuse(app, policy, request, result.error)
}

function refuse({ publicUrl }: Pick<App, 'publicUrl'>, policy: GuardPolicy, request: GuardedRequest, error: AuthError): GuardResult {
  const isSignedOut = needsSignIn(error)
  if (policy.page && isSignedOut && acceptsHtml(request)) return { ok: false, response: signInRedirect(request) }
  const headers = { ...NO_STORE_HEADERS, 'content-type': PROBLEM_TYPE, ...problemHeaders(error) }
  const body = request.method === 'HEAD' ? null : JSON.stringify(problemOf(error, publicUrl))
  return { ok: false, response: { status: STATUS[error.code], headers, cookies: [], body } }
}

const NO_STORE_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

function acceptsHtml({ method, header }: GuardedRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && (header('accept') ?? '').includes('text/html')
}

function signInRedirect({ target }: GuardedRequest): HttpResponse {
  const location = `/sign-in?return=${encodeURIComponent(target.toWellFormed())}`
  return { status: 303, headers: { ...NO_STORE_HEADERS, location }, cookies: [], body: null }
}
