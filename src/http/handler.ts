// One request, from its first check to its one answer. The order of the refusals is the order of these lines.

import { AuthError, StoreError } from '../domain/errors.ts'
import { UnprovenDevice } from '../engine/device-proofs.ts'
import { admit, endedMeanwhile } from './admission.ts'
import { rescued, type Soon, soon } from './at-once.ts'
import { readBody } from './body.ts'
import { cookieNames, type RequestCredentials } from './credentials.ts'
import { ANY_ORIGIN, checkPreflight, corsHeaders, preflightHeaders } from './cross-origin.ts'
import { securityHeaders } from './headers.ts'
import type { Answer, Incoming } from './message.ts'
import { isForPrograms, NEGOTIATED, opensPage } from './navigation.ts'
import { withApiDescription } from './openapi.ts'
import { PROBLEM_TYPE, problemHeaders, problemOf, STATUS } from './problem.ts'
import type { Proven } from './proof.ts'
import type { App, Call, Outcome, Route } from './route.ts'
import { createRouter, type Found } from './router.ts'
import { routes } from './routes/index.ts'
import { clearingCookies } from './settle-cookies.ts'
import { watchAddress, watchedRoutes } from './shown-address.ts'
import { tellOfCopy } from './unproven.ts'

/** What can be told of a request in a log: no credential, no query, no body. */
export interface AnsweredRequest {
  readonly requestId: string
  readonly method: string
  /** The path of the route, with its parameter's name instead of its value; null where there is none. */
  readonly route: string | null
  readonly status: number
  readonly code: string | null
  readonly reason: string | null
  readonly address: string
  readonly userId: string | null
  readonly sid: string | null
  readonly milliseconds: number
  /** A fault of ours, for the log alone. */
  readonly fault: unknown
}

/** Answers in the same turn where it can. What is promised never rejects. */
export type Handle = (request: Incoming) => Soon<Answer>

/** What is learnt of a request on its way, for the log. */
interface Noted {
  readonly requestId: string
  /** Milliseconds, by the steady clock. */
  readonly began: number
  refusal?: AuthError
  proven?: Proven
  /** Where some of our cookies came more than once, and the answer is for their host. */
  duplicated?: RequestCredentials
  fault?: unknown
}

/** @param onAnswer told of each request once it is answered; must not throw */
export function createHandler(app: App, onAnswer: (answered: AnsweredRequest) => void = () => {}): Handle {
  const { allowedOrigins, cookies } = app.parts.policy
  const names = cookieNames(cookies)
  const fixedHeaders = securityHeaders(cookies.secure)
  const watch = watchAddress(app.publicUrl, app.onWarning ?? (() => {}))
  const find = createRouter(watchedRoutes(withApiDescription(routes, app.publicUrl, cookies), app.pages ?? [], watch))
  const nextRequestId = countedIds(app.parts.secrets.randomId().slice(0, 10))

  function respond(request: Incoming, found: Found | undefined, noted: Noted): Soon<Outcome> {
    if (found === undefined) return refuse(new AuthError('resource.not_found'), noted)
    const route = found.methods.get(request.method)
    if (route === undefined) return withoutRoute(request, found, noted)
    return soon(admit(app, names, request, route, found.parameter), ({ call, proven, refused }) => {
      if (proven) noted.proven = proven
      if (call.credentials.cookies.duplicates !== undefined && !route.forOtherHost) noted.duplicated = call.credentials
      const judged = soon(refused ?? run(route, call, proven), (outcome) =>
        outcome instanceof UnprovenDevice ? tellOfCopy(app.parts, outcome, call.whence, request) : outcome,
      )
      return soon(judged, (outcome) => {
        if (!(outcome instanceof AuthError)) return outcome
        if (outcome.code === 'origin.denied') watch(request)
        const plain = refuse(outcome, noted)
        const reshaped = route.refused?.(call, outcome)
        return reshaped?.status === undefined ? withHeaders(plain, reshaped?.headers) : reshaped
      })
    })
  }

  function run(route: Route, call: Call<unknown, unknown>, proven: Proven | undefined): Soon<Outcome | AuthError> {
    const query = route.query?.safeParse(Object.fromEntries(new URLSearchParams(call.request.query)))
    if (query?.success === false) return new AuthError('request.invalid', { field: query.error.issues[0]?.path.join('.') ?? 'query' })
    // The route's own types were erased when it was put into the table: its schemas have just established them.
    const runWith = (body: unknown) => route.run({ ...call, ...proven, query: query?.data, body } as Parameters<Route['run']>[0])
    return route.body === undefined ? runWith(undefined) : readThen(route.body, call, proven, runWith)
  }

  async function readThen(
    { type, schema }: NonNullable<Route['body']>,
    call: Call<unknown, unknown>,
    proven: Proven | undefined,
    runWith: (body: unknown) => Soon<Outcome | AuthError>,
  ): Promise<Outcome | AuthError> {
    const body = await readBody(call.request, type, schema)
    if (body instanceof AuthError) return body
    const ended = proven && (await endedMeanwhile(app, call, proven))
    return ended ?? runWith(body)
  }

  function withoutRoute(request: Incoming, { methods: routes, anyOrigin }: Found, noted: Noted): Outcome {
    const methods = [...routes.keys(), 'OPTIONS']
    if (request.method === 'OPTIONS') return answerOptions(request, methods, anyOrigin, noted)
    return withHeaders(refuse(new AuthError('method.not_allowed'), noted), { allow: methods.join(', ') })
  }

  function answerOptions(request: Incoming, methods: readonly string[], anyOrigin: boolean, noted: Noted): Outcome {
    const origin = request.header('origin')
    const headers = { allow: methods.join(', ') }
    if (origin === null) return { status: 204, headers }
    if (anyOrigin) return { status: 204, headers: { ...headers, ...preflightHeaders(methods, '*') } }
    const denied = checkPreflight(origin, allowedOrigins)
    return denied ? refuse(denied, noted) : { status: 204, headers: { ...headers, ...preflightHeaders(methods) } }
  }

  function refuse(error: AuthError, noted: Noted): Outcome {
    noted.refusal = error
    const body = JSON.stringify(problemOf(error, app.publicUrl))
    return { status: STATUS[error.code], content: { type: PROBLEM_TYPE, body }, headers: problemHeaders(error) }
  }

  function faulted(fault: unknown, noted: Noted): Outcome {
    noted.fault = fault
    return refuse(new AuthError(fault instanceof StoreError ? 'store.unavailable' : 'server.busy', { retryAfter: 1 }), noted)
  }

  /** The same refusal as a page, for a person who opened an address; programs keep the problem document. */
  function inFormAsked(request: Incoming, outcome: Outcome, { refusal, requestId }: Noted): Soon<Outcome> {
    if (refusal === undefined || app.refusalPage === undefined) return outcome
    if (outcome.content?.type !== PROBLEM_TYPE || isForPrograms(request.path)) return outcome
    const plain = withHeaders(outcome, { vary: NEGOTIATED })
    if (!opensPage(request)) return plain
    return app.refusalPage(request, refusal, requestId).then(
      (page) =>
        page === undefined
          ? plain
          : { ...page, status: STATUS[refusal.code], headers: { ...plain.headers, ...page.headers, vary: NEGOTIATED } },
      () => plain,
    )
  }

  function answerWith(request: Incoming, found: Found | undefined, outcome: Outcome, noted: Noted): Answer {
    const { requestId, began } = noted
    onAnswer({ requestId, milliseconds: performance.now() - began, ...told(request, found, outcome, noted) })
    const content = contentOf(outcome)
    return {
      status: outcome.status ?? 200,
      headers: {
        ...fixedHeaders,
        'x-request-id': requestId,
        ...(found?.anyOrigin ? ANY_ORIGIN : corsHeaders(request, allowedOrigins)),
        ...(content && { 'content-type': content.type }),
        ...outcome.headers,
      },
      cookies: noted.duplicated ? cleared(request, noted.duplicated, outcome) : (outcome.cookies ?? []),
      body: request.method === 'HEAD' ? null : (content?.body ?? null),
    }
  }

  function cleared({ path }: Incoming, credentials: RequestCredentials, { cookies: outgoing = [] }: Outcome): readonly string[] {
    return [...new Set([...clearingCookies(app.parts, credentials, path, outgoing), ...outgoing])]
  }

  return (request) => {
    const noted: Noted = { requestId: nextRequestId(), began: performance.now() }
    const found = find(request.path)
    const outcome = rescued(
      () => respond(request, found, noted),
      (fault) => faulted(fault, noted),
    )
    return soon(outcome, (settled) =>
      noted.refusal === undefined
        ? answerWith(request, found, settled, noted)
        : soon(inFormAsked(request, settled, noted), (shown) => answerWith(request, found, shown, noted)),
    )
  }
}

function contentOf(outcome: Outcome): Outcome['content'] {
  return outcome.content ?? (outcome.json === undefined ? undefined : { type: 'application/json', body: JSON.stringify(outcome.json) })
}

function withHeaders(outcome: Outcome, headers: Readonly<Record<string, string>> | undefined): Outcome {
  return { ...outcome, headers: { ...outcome.headers, ...headers } }
}

function told(
  request: Incoming,
  found: Found | undefined,
  outcome: Outcome,
  noted: Noted,
): Omit<AnsweredRequest, 'requestId' | 'milliseconds'> {
  return {
    method: request.method,
    route: found?.methods.values().next().value?.path ?? null,
    status: outcome.status ?? 200,
    code: noted.refusal?.code ?? null,
    reason: noted.refusal?.detail.reason ?? null,
    address: request.address,
    userId: outcome.signedIn?.userId ?? noted.proven?.principal.userId ?? null,
    sid: outcome.signedIn?.sid ?? noted.proven?.principal.sid ?? null,
    fault: noted.fault,
  }
}

/** Ids that nobody else makes: a random part for this process, then a count. */
function countedIds(prefix: string): () => string {
  let count = 0
  return () => {
    count += 1
    return `${prefix}-${count.toString(36)}`
  }
}
