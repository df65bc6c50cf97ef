// The request handler: authorizes a request, runs its route, and builds the response. The order of the checks is the order of refusals.

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

/** A completed request, for the log: no credential, no query, no body. */
export interface CompletedRequest {
  readonly requestId: string
  readonly method: string
  /** The path of the route, with the name of its parameter instead of the value; null where there is none. */
  readonly route: string | null
  readonly status: number
  readonly code: string | null
  readonly reason: string | null
  readonly address: string
  readonly userId: string | null
  readonly sid: string | null
  readonly milliseconds: number
  /** An unexpected error, for the log alone. */
  readonly fault: unknown
}

/** Synchronous where it can be. A promise never rejects. */
export type Handle = (request: HttpRequest) => MaybePromise<HttpResponse>

/** What the handler learns about a request, for the log. */
interface RequestRecord {
  readonly requestId: string
  /** Milliseconds, by the monotonic clock. */
  readonly startedAt: number
  refusal?: AuthError
  authenticated?: Authenticated
  /** The credentials, where some of our cookies are duplicates and the response is for their host. */
  duplicateCookies?: RequestCredentials
  fault?: unknown
}

/** @param onCompleted called for each request once its response is built; must not throw */
export function createHandler(app: App, onCompleted: (completed: CompletedRequest) => void = () => {}): Handle {
  const { allowedOrigins, cookies } = app.engine.policy
  const names = cookieNames(cookies)
  const fixedHeaders = securityHeaders(cookies.secure)
  const checkPublicUrl = createPublicUrlCheck(app.publicUrl, app.onWarning ?? (() => {}))
  const find = createRouter(withPublicUrlCheck(withApiDescription(routes, app.publicUrl, cookies), app.pages ?? [], checkPublicUrl))
  const nextRequestId = sequentialIds(app.engine.secrets.randomId().slice(0, 10))

  function respond(request: HttpRequest, found: MatchedRoute | undefined, record: RequestRecord): MaybePromise<RouteResult> {
    if (found === undefined) return refuse(new AuthError('resource.not_found'), record)
    const route = found.methods.get(request.method)
    if (route === undefined) return methodNotRouted(request, found, record)
    return mapMaybe(authorizeRequest(app, names, request, route, found.parameter), ({ context, authenticated, error }) => {
      if (authenticated) record.authenticated = authenticated
      if (context.credentials.cookies.duplicates !== undefined && !route.forwardAuth) record.duplicateCookies = context.credentials
      const checked = mapMaybe(error ?? run(route, context, authenticated), (result) =>
        result instanceof DeviceProofRequired ? reportDeviceMismatch(app.engine, result, context.clientInfo, request) : result,
      )
      return mapMaybe(checked, (result) => {
        if (!(result instanceof AuthError)) return result
        if (result.code === 'origin.denied') checkPublicUrl(request)
        const plain = refuse(result, record)
        const reshaped = route.mapError?.(context, result)
        return reshaped?.status === undefined ? withHeaders(plain, reshaped?.headers) : reshaped
      })
    })
  }

  function run(
    route: Route,
    context: RouteContext<unknown, unknown>,
    authenticated: Authenticated | undefined,
  ): MaybePromise<RouteResult | AuthError> {
    const query = route.query?.safeParse(Object.fromEntries(new URLSearchParams(context.request.query)))
    if (query?.success === false) return new AuthError('request.invalid', { field: query.error.issues[0]?.path.join('.') ?? 'query' })
    // The table has erased the route's own types; its schemas have just validated them.
    const runWith = (body: unknown) => route.run({ ...context, ...authenticated, query: query?.data, body } as Parameters<Route['run']>[0])
    return route.body === undefined ? runWith(undefined) : readBodyAndRun(route.body, context, authenticated, runWith)
  }

  async function readBodyAndRun(
    { type, schema }: NonNullable<Route['body']>,
    context: RouteContext<unknown, unknown>,
    authenticated: Authenticated | undefined,
    runWith: (body: unknown) => MaybePromise<RouteResult | AuthError>,
  ): Promise<RouteResult | AuthError> {
    const body = await readBody(context.request, type, schema)
    if (body instanceof AuthError) return body
    const ended = authenticated && (await recheckAuthentication(app, context, authenticated))
    return ended ?? runWith(body)
  }

  function methodNotRouted(request: HttpRequest, { methods: routes, anyOrigin }: MatchedRoute, record: RequestRecord): RouteResult {
    const methods = [...routes.keys(), 'OPTIONS']
    if (request.method === 'OPTIONS') return respondToOptions(request, methods, anyOrigin, record)
    return withHeaders(refuse(new AuthError('method.not_allowed'), record), { allow: methods.join(', ') })
  }

  function respondToOptions(request: HttpRequest, methods: readonly string[], anyOrigin: boolean, record: RequestRecord): RouteResult {
    const origin = request.header('origin')
    const headers = { allow: methods.join(', ') }
    if (origin === null) return { status: 204, headers }
    if (anyOrigin) return { status: 204, headers: { ...headers, ...preflightHeaders(methods, '*') } }
    const denied = checkPreflight(origin, allowedOrigins)
    return denied ? refuse(denied, record) : { status: 204, headers: { ...headers, ...preflightHeaders(methods) } }
  }

  function refuse(error: AuthError, record: RequestRecord): RouteResult {
    record.refusal = error
    const body = JSON.stringify(problemOf(error, app.publicUrl))
    return { status: STATUS[error.code], content: { type: PROBLEM_TYPE, body }, headers: problemHeaders(error) }
  }

  function unexpectedError(fault: unknown, record: RequestRecord): RouteResult {
    record.fault = fault
    return refuse(new AuthError(fault instanceof StoreError ? 'store.unavailable' : 'server.busy', { retryAfter: 1 }), record)
  }

  /** Turns a refusal into a page for a browser navigation; programs keep the problem document. */
  function negotiateError(request: HttpRequest, result: RouteResult, { refusal, requestId }: RequestRecord): MaybePromise<RouteResult> {
    if (refusal === undefined || app.errorPage === undefined) return result
    if (result.content?.type !== PROBLEM_TYPE || isApiPath(request.path)) return result
    const plain = withHeaders(result, { vary: NEGOTIATION_VARY })
    if (!prefersHtml(request)) return plain
    return app.errorPage(request, refusal, requestId).then(
      (page) =>
        page === undefined
          ? plain
          : { ...page, status: STATUS[refusal.code], headers: { ...plain.headers, ...page.headers, vary: NEGOTIATION_VARY } },
      () => plain,
    )
  }

  function buildResponse(request: HttpRequest, found: MatchedRoute | undefined, result: RouteResult, record: RequestRecord): HttpResponse {
    const { requestId, startedAt } = record
    onCompleted({ requestId, milliseconds: performance.now() - startedAt, ...completedFields(request, found, result, record) })
    const content = contentOf(result)
    return {
      status: result.status ?? 200,
      headers: {
        ...fixedHeaders,
        'x-request-id': requestId,
        ...(found?.anyOrigin ? ANY_ORIGIN : corsHeaders(request, allowedOrigins)),
        ...(content && { 'content-type': content.type }),
        ...result.headers,
      },
      cookies: record.duplicateCookies ? cookiesWithCleanup(request, record.duplicateCookies, result) : (result.cookies ?? []),
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
    const record: RequestRecord = { requestId: nextRequestId(), startedAt: performance.now() }
    const found = find(request.path)
    const pending = catchMaybe(
      () => respond(request, found, record),
      (fault) => unexpectedError(fault, record),
    )
    return mapMaybe(pending, (result) =>
      record.refusal === undefined
        ? buildResponse(request, found, result, record)
        : mapMaybe(negotiateError(request, result, record), (negotiated) => buildResponse(request, found, negotiated, record)),
    )
  }
}

function contentOf(result: RouteResult): RouteResult['content'] {
  return result.content ?? (result.json === undefined ? undefined : { type: 'application/json', body: JSON.stringify(result.json) })
}

function withHeaders(result: RouteResult, headers: Readonly<Record<string, string>> | undefined): RouteResult {
  return { ...result, headers: { ...result.headers, ...headers } }
}

function completedFields(
  request: HttpRequest,
  found: MatchedRoute | undefined,
  result: RouteResult,
  record: RequestRecord,
): Omit<CompletedRequest, 'requestId' | 'milliseconds'> {
  return {
    method: request.method,
    route: found?.methods.values().next().value?.path ?? null,
    status: result.status ?? 200,
    code: record.refusal?.code ?? null,
    reason: record.refusal?.detail.reason ?? null,
    address: request.address,
    userId: result.signedIn?.userId ?? record.authenticated?.principal.userId ?? null,
    sid: result.signedIn?.sid ?? record.authenticated?.principal.sid ?? null,
    fault: record.fault,
  }
}

/** Unique ids: a random prefix for this process, then a counter. */
function sequentialIds(prefix: string): () => string {
  let count = 0
  return () => {
    count += 1
    return `${prefix}-${count.toString(36)}`
  }
}
