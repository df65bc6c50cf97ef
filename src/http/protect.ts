// The guard of a route of the host's own, for adapters: who passes is described, who does not is answered.

import { AuthError, StoreError } from '../domain/errors.ts'
import { rescued, type Soon, soon } from './at-once.ts'
import { Auth, type Visit } from './auth.ts'
import { type Authentication, createJudge } from './guard.ts'
import { type RouteOptions, type Rule, readGuardOptions } from './guard-options.ts'
import type { Answer } from './message.ts'
import { needsSignIn, PROBLEM_TYPE, problemHeaders, problemOf, STATUS } from './problem.ts'
import type { App } from './route.ts'

export type Passage =
  /** Nobody where the route is open to all. */
  { readonly ok: true; readonly auth: Auth | undefined } | { readonly ok: false; readonly answer: Answer }

/**
 * A guard for one route. What it returns never rejects: a request that cannot be judged is refused.
 *
 * @throws TypeError for an option that is not understood
 */
export type Protect = (options?: RouteOptions) => (visit: Visit) => Soon<Passage>

export function createProtect(app: Pick<App, 'parts' | 'publicUrl'>, onFault: (error: unknown) => void = () => {}): Protect {
  const judge = createJudge(app.parts)
  return (options = {}) => {
    const rule = readGuardOptions(options, app.parts.policy.freshAge)
    return (visit) =>
      rescued(
        () => soon(judge(visit, rule), (found) => pass(app, rule, visit, found)),
        (fault) => {
          onFault(fault)
          return refuse(app, rule, visit, new AuthError(fault instanceof StoreError ? 'store.unavailable' : 'server.busy', { retryAfter: 1 }))
        },
      )
  }
}

function pass(app: Pick<App, 'parts' | 'publicUrl'>, rule: Rule, visit: Visit, found: Authentication): Passage {
  if (found.ok) return { ok: true, auth: new Auth(app, found.principal, found.via, visit) }
  if (rule.optional && found.error.code === 'session.required') return { ok: true, auth: undefined }
  return refuse(app, rule, visit, found.error)
}

function refuse({ publicUrl }: Pick<App, 'publicUrl'>, rule: Rule, visit: Visit, error: AuthError): Passage {
  const isSignedOut = needsSignIn(error)
  if (rule.page && isSignedOut && asksForPage(visit)) return { ok: false, answer: toSignIn(visit) }
  const headers = { ...UNCACHED, 'content-type': PROBLEM_TYPE, ...problemHeaders(error) }
  const body = visit.method === 'HEAD' ? null : JSON.stringify(problemOf(error, publicUrl))
  return { ok: false, answer: { status: STATUS[error.code], headers, cookies: [], body } }
}

const UNCACHED = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

function asksForPage({ method, header }: Visit): boolean {
  return (method === 'GET' || method === 'HEAD') && (header('accept') ?? '').includes('text/html')
}

function toSignIn({ target }: Visit): Answer {
  const location = `/sign-in?return=${encodeURIComponent(target.toWellFormed())}`
  return { status: 303, headers: { ...UNCACHED, location }, cookies: [], body: null }
}
