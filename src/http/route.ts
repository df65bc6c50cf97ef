// What a route is. Its proof is required, so that no path is open by omission.

import type { z } from 'zod'
import type { AuthError, ErrorCode } from '../domain/errors.ts'
import type { ClientInfo, EngineContext } from '../engine/context.ts'
import type { CredentialTransport, Principal } from '../engine/principal.ts'
import type { RequestCredentials } from './credentials.ts'
import type { RequestTarget } from './dpop.ts'
import type { MaybePromise } from './maybe-promise.ts'
import type { Body, HttpRequest } from './message.ts'

/**
 * `none`: public. `origin`: the cross-origin rule alone. `any`: a session or token, by cookie or header. `header`: by header.
 * `renewable`: a session, by cookie or header, or a remembered login. `service`: the key of another service.
 */
export type RouteAuth = 'none' | 'allowed-origin' | 'session-or-token' | 'header-only' | 'refreshable' | 'service-key'

/** @param requestId what the person can name when asking for help */
export type ErrorPage = (
  request: Pick<HttpRequest, 'header' | 'query'>,
  error: AuthError,
  requestId: string,
) => Promise<RouteResult | undefined>

/** What a server adds to the engine. */
export interface App {
  readonly engine: EngineContext
  /** The start of every link: `LATCHKEY_PUBLIC_URL` without a slash at its end. */
  readonly publicUrl: string
  /** One word for each part, `ok` or what is wrong with it. */
  readonly readiness: () => Promise<Readonly<Record<string, string>>>
  /** True once the server has been told to stop. */
  readonly isStopping: () => boolean
  /** Paths beside the API's: pages for people. */
  readonly pages?: readonly Route[]
  /** A refusal as a page, for a browser that opens an address; undefined where there is none for it. */
  readonly errorPage?: ErrorPage
  /** Told once of a request that shows another address than `publicUrl`. */
  readonly onWarning?: (warning: string) => void
  /** Metrics as Prometheus text; absent where they are served elsewhere or not at all. */
  readonly metrics?: (() => Promise<string>) | undefined
}

export interface RouteContext<B = undefined, Query = undefined> {
  readonly app: App
  readonly engine: EngineContext
  readonly request: HttpRequest
  readonly credentials: RequestCredentials
  readonly clientInfo: ClientInfo
  readonly parameter: string
  readonly query: Query
  readonly body: B
  /** The key that a token handed out here is bound to; undefined where the client has shown none. */
  readonly jkt: string | undefined
}

export interface AuthenticatedContext<B = undefined, Query = undefined> extends RouteContext<B, Query> {
  readonly principal: Principal
  readonly via: CredentialTransport
}

/** What a route answers with; the body is turned into JSON unless a type of its own is named. */
export interface RouteResult {
  readonly status?: number
  readonly json?: unknown
  readonly content?: { readonly type: string; readonly body: Body }
  readonly headers?: Readonly<Record<string, string>>
  readonly cookies?: readonly string[]
  /** Who was signed in by it, for the log: until then nobody was. */
  readonly signedIn?: { readonly userId: string; readonly sid: string }
}

export interface BodyDefinition<T> {
  readonly type: string
  readonly schema: z.ZodType<T>
}

/** For the API description: what it does and what it answers with. */
export interface RouteDescription {
  readonly summary: string
  readonly responses: Readonly<Record<number, z.ZodType | null>>
  /** Codes of its own, besides those that every route of its kind has. */
  readonly errorCodes?: readonly ErrorCode[]
}

interface RouteBase extends RouteDescription {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** At most one `:parameter`. */
  readonly path: string
  /** True for a GET that changes something all the same: the cross-origin rule applies to it, and HEAD does not exist. */
  readonly changes?: true
  /** True for what pages of every origin may read: nothing in it is about anybody. */
  readonly anyOrigin?: true
  /** Where much is at stake: a token that is bound to a key needs a proof of it. */
  readonly sensitive?: true | ((request: HttpRequest) => boolean)
  /** What a proof of a key is for, where that is not this very request. */
  readonly dpopTarget?: (request: HttpRequest, parts: EngineContext) => RequestTarget
  /** True where a proxy asks on behalf of another host: its cookies are left as they are. */
  readonly forwardAuth?: true
  /** True where a token is handed out, which is bound to the key of a proof that comes along. */
  readonly issuesToken?: true
}

/** What can be asked of a principal alone. */
interface AccessOptions {
  /** A role that is needed. */
  readonly role?: string
  /** True where the password must have been typed lately: `LATCHKEY_FRESH_AGE`. */
  readonly fresh?: true
}

/** A route as the handler runs it, with the types of its body and query erased. */
export interface Route extends RouteBase, AccessOptions {
  readonly auth: RouteAuth | ((request: HttpRequest) => RouteAuth | AuthError)
  readonly body?: BodyDefinition<unknown>
  readonly query?: z.ZodType
  readonly run: (call: AuthenticatedContext<unknown, unknown>) => MaybePromise<RouteResult | AuthError>
  /** Reshapes a refusal, for clients that expect something else than a problem document. */
  readonly mapError?: (call: RouteContext<unknown, unknown>, error: AuthError) => RouteResult | undefined
}

interface TypedRoute<B, Q> extends RouteBase {
  readonly body?: BodyDefinition<B>
  readonly query?: z.ZodType<Q>
  readonly mapError?: Route['mapError']
}

/** A route that anyone may call who passes its proof, without being anybody. */
export function openRoute<B = undefined, Q = undefined>(
  route: TypedRoute<B, Q> & {
    readonly auth: 'none' | 'allowed-origin' | 'refreshable' | 'service-key'
    readonly run: (call: RouteContext<B, Q>) => MaybePromise<RouteResult | AuthError>
  },
): Route {
  return route as Route
}

/** A route for a principal. */
export function authenticatedRoute<B = undefined, Q = undefined>(
  route: TypedRoute<B, Q> &
    AccessOptions & {
      readonly auth: 'session-or-token' | 'header-only' | ((request: HttpRequest) => 'session-or-token' | 'header-only' | AuthError)
      readonly run: (call: AuthenticatedContext<B, Q>) => MaybePromise<RouteResult | AuthError>
    },
): Route {
  return route as Route
}
