// The guard of a route of the host's own, for adapters: who passes is described, who does not is answered.

import { AuthError, StoreError } from '../domain/errors.ts'
import { AuthContext, type GuardedRequest } from './auth-context.ts'
import { type AuthenticationResult, createRequestEvaluator } from './guard.ts'
import { type GuardPolicy, type RouteOptions, readGuardOptions } from './guard-options.ts'
import { catchMaybe, type MaybePromise, mapMaybe } from './maybe-promise.ts'
import type { HttpResponse } from './message.ts'
import { needsSignIn, PROBLEM_TYPE, problemHeaders, problemOf, STATUS } from './problem.ts'
import type { App } from './route.ts'

export type GuardResult =
  /** Nobody where the route is open to all. */
  { readonly ok: true; readonly auth: AuthContext | undefined } | { readonly ok: false; readonly response: HttpResponse }

/**
 * A guard for one route. What it returns never rejects: a request that cannot be judged is refused.
 *
 * @throws TypeError for an option that is not understood
 */
export type RouteGuard = (options?: RouteOptions) => (visit: GuardedRequest) => MaybePromise<GuardResult>

export function createRouteGuard(app: Pick<App, 'engine' | 'publicUrl'>, onFault: (error: unknown) => void = () => {}): RouteGuard {
  const judge = createRequestEvaluator(app.engine)
  return (options = {}) => {
    const rule = readGuardOptions(options, app.engine.policy.freshAge)
    return (visit) =>
      catchMaybe(
        () => mapMaybe(judge(visit, rule), (found) => toGuardResult(app, rule, visit, found)),
        (fault) => {
          onFault(fault)
          return refuse(
            app,
            rule,
            visit,
            new AuthError(fault instanceof StoreError ? 'store.unavailable' : 'server.busy', { retryAfter: 1 }),
          )
        },
      )
  }
}

function toGuardResult(
  app: Pick<App, 'engine' | 'publicUrl'>,
  rule: GuardPolicy,
  visit: GuardedRequest,
  found: AuthenticationResult,
): GuardResult {
  if (found.ok) return { ok: true, auth: new AuthContext(app, found.principal, found.via, visit) }
  if (rule.optional && found.error.code === 'session.required') return { ok: true, auth: undefined }
  return refuse(app, rule, visit, found.error)
}

function refuse({ publicUrl }: Pick<App, 'publicUrl'>, rule: GuardPolicy, visit: GuardedRequest, error: AuthError): GuardResult {
  const isSignedOut = needsSignIn(error)
  if (rule.page && isSignedOut && acceptsHtml(visit)) return { ok: false, response: signInRedirect(visit) }
  const headers = { ...NO_STORE_HEADERS, 'content-type': PROBLEM_TYPE, ...problemHeaders(error) }
  const body = visit.method === 'HEAD' ? null : JSON.stringify(problemOf(error, publicUrl))
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
