// One request, from its first check to its one answer. The order of the refusals is the order of these lines.

import { AuthError, StoreError } from '../domain/errors.ts'
import { DeviceProofRequired } from '../engine/dbsc-proofs.ts'
import type { Authenticated } from './authenticate-request.ts'
import { authorizeRequest, recheckAuthentication } from './authorize-request.ts'
import { readBody } from './body.ts'
import { isApiPath, NEGOTIATION_VARY, prefersHtml } from './content-negotiation.ts'
import { cookieNames, type RequestCredentials } from './credentials.ts'
import { ANY_ORIGIN, checkPreflight, corsHeaders, preflightHeaders } from './cross-origin.ts'
import { securityHeaders } from './headers.ts'
import { catchMaybe, type MaybePromise, mapMaybe } from './maybe-promise.ts'
import type { HttpRequest, HttpResponse } from './message.ts'
import { withApiDescription } from './openapi.ts'
import { PROBLEM_TYPE, problemHeaders, problemOf, STATUS } from './problem.ts'
import { createPublicUrlCheck, withPublicUrlCheck } from './public-url-check.ts'
import { reportDeviceMismatch } from './report-device-mismatch.ts'
import { duplicateCleanupCookies } from './resolve-duplicate-cookies.ts'
import type { App, Route, RouteContext, RouteResult } from './route.ts'
import { createRouter, type MatchedRoute } from './router.ts'
import { routes } from './routes/index.ts'

/** What can be told of a request in a log: no credential, no query, no body. */
export interface CompletedRequest {
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
export type Handle = (request: HttpRequest) => MaybePromise<HttpResponse>

/** What is learnt of a request on its way, for the log. */
interface RequestRecord {
  readonly requestId: string
  /** Milliseconds, by the steady clock. */
  readonly startedAt: number
  refusal?: AuthError
  authenticated?: Authenticated
  /** Where some of our cookies came more than once, and the answer is for their host. */
  duplicateCookies?: RequestCredentials
  fault?: unknown
}

/** @param onCompleted told of each request once it is answered; must not throw */
export function createHandler(app: App, onCompleted: (answered: CompletedRequest) => void = () => {}): Handle {
  const { allowedOrigins, cookies } = app.engine.policy
  const names = cookieNames(cookies)
  const fixedHeaders = securityHeaders(cookies.secure)
  const checkPublicUrl = createPublicUrlCheck(app.publicUrl, app.onWarning ?? (() => {}))
  const find = createRouter(withPublicUrlCheck(withApiDescription(routes, app.publicUrl, cookies), app.pages ?? [], checkPublicUrl))
  const nextRequestId = sequentialIds(app.engine.secrets.randomId().slice(0, 10))

  function respond(request: HttpRequest, found: MatchedRoute | undefined, noted: RequestRecord): MaybePromise<RouteResult> {
    if (found === undefined) return refuse(new AuthError('resource.not_found'), noted)
    const route = found.methods.get(request.method)
    if (route === undefined) return methodNotRouted(request, found, noted)
    return mapMaybe(authorizeRequest(app, names, request, route, found.parameter), ({ context, authenticated, error }) => {
      if (authenticated) noted.authenticated = authenticated
      if (context.credentials.cookies.duplicates !== undefined && !route.forwardAuth) noted.duplicateCookies = context.credentials
      const judged = mapMaybe(error ?? run(route, context, authenticated), (outcome) =>
        outcome instanceof DeviceProofRequired ? reportDeviceMismatch(app.engine, outcome, context.clientInfo, request) : outcome,
      )
      return mapMaybe(judged, (outcome) => {
        if (!(outcome instanceof AuthError)) return outcome
        if (outcome.code === 'origin.denied') checkPublicUrl(request)
        const plain = refuse(outcome, noted)
        const reshaped = route.mapError?.(context, outcome)
        return reshaped?.status === undefined ? withHeaders(plain, reshaped?.headers) : reshaped
      })
    })
  }

  function run(
    route: Route,
    call: RouteContext<unknown, unknown>,
    proven: Authenticated | undefined,
  ): MaybePromise<RouteResult | AuthError> {
    const query = route.query?.safeParse(Object.fromEntries(new URLSearchParams(call.request.query)))
    if (query?.success === false) return new AuthError('request.invalid', { field: query.error.issues[0]?.path.join('.') ?? 'query' })
    // The route's own types were erased when it was put into the table: its schemas have just established them.
    const runWith = (body: unknown) => route.run({ ...call, ...proven, query: query?.data, body } as Parameters<Route['run']>[0])
    return route.body === undefined ? runWith(undefined) : readBodyAndRun(route.body, call, proven, runWith)
  }

  async function readBodyAndRun(
    { type, schema }: NonNullable<Route['body']>,
    call: RouteContext<unknown, unknown>,
    proven: Authenticated | undefined,
    runWith: (body: unknown) => MaybePromise<RouteResult | AuthError>,
  ): Promise<RouteResult | AuthError> {
    const body = await readBody(call.request, type, schema)
    if (body instanceof AuthError) return body
    const ended = proven && (await recheckAuthentication(app, call, proven))
    return ended ?? runWith(body)
  }

  function methodNotRouted(request: HttpRequest, { methods: routes, anyOrigin }: MatchedRoute, noted: RequestRecord): RouteResult {
    const methods = [...routes.keys(), 'OPTIONS']
    if (request.method === 'OPTIONS') return respondToOptions(request, methods, anyOrigin, noted)
    return withHeaders(refuse(new AuthError('method.not_allowed'), noted), { allow: methods.join(', ') })
  }

  function respondToOptions(request: HttpRequest, methods: readonly string[], anyOrigin: boolean, noted: RequestRecord): RouteResult {
    const origin = request.header('origin')
    const headers = { allow: methods.join(', ') }
    if (origin === null) return { status: 204, headers }
    if (anyOrigin) return { status: 204, headers: { ...headers, ...preflightHeaders(methods, '*') } }
    const denied = checkPreflight(origin, allowedOrigins)
    return denied ? refuse(denied, noted) : { status: 204, headers: { ...headers, ...preflightHeaders(methods) } }
  }

  function refuse(error: AuthError, noted: RequestRecord): RouteResult {
    noted.refusal = error
    const body = JSON.stringify(problemOf(error, app.publicUrl))
    return { status: STATUS[error.code], content: { type: PROBLEM_TYPE, body }, headers: problemHeaders(error) }
  }

  function unexpectedError(fault: unknown, noted: RequestRecord): RouteResult {
    noted.fault = fault
    return refuse(new AuthError(fault instanceof StoreError ? 'store.unavailable' : 'server.busy', { retryAfter: 1 }), noted)
  }

  /** The same refusal as a page, for a person who opened an address; programs keep the problem document. */
  function negotiateError(request: HttpRequest, outcome: RouteResult, { refusal, requestId }: RequestRecord): MaybePromise<RouteResult> {
    if (refusal === undefined || app.errorPage === undefined) return outcome
    if (outcome.content?.type !== PROBLEM_TYPE || isApiPath(request.path)) return outcome
    const plain = withHeaders(outcome, { vary: NEGOTIATION_VARY })
    if (!prefersHtml(request)) return plain
    return app.errorPage(request, refusal, requestId).then(
      (page) =>
        page === undefined
          ? plain
          : { ...page, status: STATUS[refusal.code], headers: { ...plain.headers, ...page.headers, vary: NEGOTIATION_VARY } },
      () => plain,
    )
  }

  function buildResponse(request: HttpRequest, found: MatchedRoute | undefined, outcome: RouteResult, noted: RequestRecord): HttpResponse {
    const { requestId, startedAt } = noted
    onCompleted({ requestId, milliseconds: performance.now() - startedAt, ...completedFields(request, found, outcome, noted) })
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
      cookies: noted.duplicateCookies ? cookiesWithCleanup(request, noted.duplicateCookies, outcome) : (outcome.cookies ?? []),
      body: request.method === 'HEAD' ? null : (content?.body ?? null),
    }
  }

  function cookiesWithCleanup(
    { path }: HttpRequest,
    credentials: RequestCredentials,
    { cookies: outgoing = [] }: RouteResult,
  ): readonly string[] {
    return [...new Set([...duplicateCleanupCookies(app.engine, credentials, path, outgoing), ...outgoing])]
  }

  return (request) => {
    const noted: RequestRecord = { requestId: nextRequestId(), startedAt: performance.now() }
    const found = find(request.path)
    const outcome = catchMaybe(
      () => respond(request, found, noted),
      (fault) => unexpectedError(fault, noted),
    )
    return mapMaybe(outcome, (settled) =>
      noted.refusal === undefined
        ? buildResponse(request, found, settled, noted)
        : mapMaybe(negotiateError(request, settled, noted), (shown) => buildResponse(request, found, shown, noted)),
    )
  }
}

function contentOf(outcome: RouteResult): RouteResult['content'] {
  return outcome.content ?? (outcome.json === undefined ? undefined : { type: 'application/json', body: JSON.stringify(outcome.json) })
}

function withHeaders(outcome: RouteResult, headers: Readonly<Record<string, string>> | undefined): RouteResult {
  return { ...outcome, headers: { ...outcome.headers, ...headers } }
}

function completedFields(
  request: HttpRequest,
  found: MatchedRoute | undefined,
  outcome: RouteResult,
  noted: RequestRecord,
): Omit<CompletedRequest, 'requestId' | 'milliseconds'> {
  return {
    method: request.method,
    route: found?.methods.values().next().value?.path ?? null,
    status: outcome.status ?? 200,
    code: noted.refusal?.code ?? null,
    reason: noted.refusal?.detail.reason ?? null,
    address: request.address,
    userId: outcome.signedIn?.userId ?? noted.authenticated?.principal.userId ?? null,
    sid: outcome.signedIn?.sid ?? noted.authenticated?.principal.sid ?? null,
    fault: noted.fault,
  }
}

/** Ids that nobody else makes: a random part for this process, then a count. */
function sequentialIds(prefix: string): () => string {
  let count = 0
  return () => {
    count += 1
    return `${prefix}-${count.toString(36)}`
  }
}
