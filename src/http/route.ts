// The type of a route. Its auth requirement is mandatory, so that no path is open by omission.

import type { z } from 'zod'
import type { AuthError, ErrorCode } from '../domain/errors.ts'
import type { ClientInfo, EngineContext } from '../engine/context.ts'
import type { CredentialTransport, Principal } from '../engine/principal.ts'
import type { RequestCredentials } from './credentials.ts'
import type { RequestTarget } from './dpop.ts'
import type { MaybePromise } from './maybe-promise.ts'
import type { Body, HttpRequest } from './message.ts'

/**
 * `none`: public. `allowed-origin`: only the cross-origin rule. `session-or-token`: by cookie or header. `header-only`: a session or token
 * in the header. `refreshable`: a session, by cookie or header, or a remember-me login. `service-key`: the key of another service.
 */
export type RouteAuth = 'none' | 'allowed-origin' | 'session-or-token' | 'header-only' | 'refreshable' | 'service-key'

/** @param requestId the id that the user can quote when asking for help */
export type ErrorPage = (
  request: Pick<HttpRequest, 'header' | 'query'>,
  error: AuthError,
  requestId: string,
) => Promise<RouteResult | undefined>

/** The engine, with what a server adds to it. */
export interface App {
  readonly engine: EngineContext
  /** The base of every link: `LATCHKEY_PUBLIC_URL` without a trailing slash. */
  readonly publicUrl: string
  /** One word for each part: `ok` or the problem. */
  readonly readiness: () => Promise<Readonly<Record<string, string>>>
  /** True once the server is stopping. */
  readonly isStopping: () => boolean
  /** The pages, in addition to the API. */
  readonly pages?: readonly Route[]
  /** A refusal as a page, for a browser navigation; undefined where there is none. */
  readonly errorPage?: ErrorPage
  /** Called once when a request shows another address than `publicUrl`. */
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
  /** The thumbprint of the key that an issued token is bound to; undefined without a DPoP proof. */
  readonly jkt: string | undefined
}

export interface AuthenticatedContext<B = undefined, Query = undefined> extends RouteContext<B, Query> {
  readonly principal: Principal
  readonly via: CredentialTransport
}

/** The result of a route; `json` is serialized, `content` is sent as it is. */
export interface RouteResult {
  readonly status?: number
  readonly json?: unknown
  readonly content?: { readonly type: string; readonly body: Body }
  readonly headers?: Readonly<Record<string, string>>
  readonly cookies?: readonly string[]
  /** The user who was signed in by this request, for the log. */
  readonly signedIn?: { readonly userId: string; readonly sid: string }
}

export interface BodyDefinition<T> {
  readonly type: string
  readonly schema: z.ZodType<T>
}

/** For the API description: what the route does and what it responds. */
export interface RouteDescription {
  readonly summary: string
  readonly responses: Readonly<Record<number, z.ZodType | null>>
  /** The route's own codes, in addition to those of every route of its kind. */
  readonly errorCodes?: readonly ErrorCode[]
}

interface RouteBase extends RouteDescription {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** At most one `:parameter`. */
  readonly path: string
  /** True for a GET that changes something: the cross-origin rule applies to it, and HEAD does not exist. */
  readonly changes?: true
  /** True for what pages of every origin may read: it contains no user data. */
  readonly anyOrigin?: true
  /** A sensitive route: a token that is bound to a key needs its DPoP proof. */
  readonly sensitive?: true | ((request: HttpRequest) => boolean)
  /** The method and URL of the DPoP proof, where they are not those of this request. */
  readonly dpopTarget?: (request: HttpRequest, engine: EngineContext) => RequestTarget
  /** True where a proxy asks on behalf of another host: duplicate cookies are left as they are. */
  readonly forwardAuth?: true
  /** True where a token is issued, which is bound to the key of the request's DPoP proof. */
  readonly issuesToken?: true
}

/** What a route can require of a principal. */
interface AccessOptions {
  /** The required role. */
  readonly role?: string
  /** True where a fresh sign-in is required: `LATCHKEY_FRESH_AGE`. */
  readonly fresh?: true
}

/** A route as the handler runs it, with the types of its body and query erased. */
export interface Route extends RouteBase, AccessOptions {
  readonly auth: RouteAuth | ((request: HttpRequest) => RouteAuth | AuthError)
  readonly body?: BodyDefinition<unknown>
  readonly query?: z.ZodType
  readonly run: (context: AuthenticatedContext<unknown, unknown>) => MaybePromise<RouteResult | AuthError>
  /** Reshapes a refusal, for clients that expect something other than a problem document. */
  readonly mapError?: (context: RouteContext<unknown, unknown>, error: AuthError) => RouteResult | undefined
}

interface TypedRoute<B, Q> extends RouteBase {
  readonly body?: BodyDefinition<B>
  readonly query?: z.ZodType<Q>
  readonly mapError?: Route['mapError']
}

/** A route without a principal. */
export function openRoute<B = undefined, Q = undefined>(
  route: TypedRoute<B, Q> & {
    readonly auth: 'none' | 'allowed-origin' | 'refreshable' | 'service-key'
    readonly run: (context: RouteContext<B, Q>) => MaybePromise<RouteResult | AuthError>
  },
): Route {
  return route as Route
}

/** A route that needs a principal. */
export function authenticatedRoute<B = undefined, Q = undefined>(
  route: TypedRoute<B, Q> &
    AccessOptions & {
      readonly auth: 'session-or-token' | 'header-only' | ((request: HttpRequest) => 'session-or-token' | 'header-only' | AuthError)
      readonly run: (context: AuthenticatedContext<B, Q>) => MaybePromise<RouteResult | AuthError>
    },
): Route {
  return route as Route
}
