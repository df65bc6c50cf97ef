// What a route is. Its proof is required, so that no path is open by omission.

import type { z } from 'zod'
import type { AuthError, ErrorCode } from '../domain/errors.ts'
import type { Parts, Whence } from '../engine/parts.ts'
import type { Principal, Via } from '../engine/principal.ts'
import type { Soon } from './at-once.ts'
import type { RequestCredentials } from './credentials.ts'
import type { Occasion } from './key-proof.ts'
import type { Body, Incoming } from './message.ts'

/**
 * `none`: public. `origin`: the cross-origin rule alone. `any`: a session or token, by cookie or header. `header`: by header.
 * `renewable`: a session, by cookie or header, or a remembered login. `service`: the key of another service.
 */
export type Proof = 'none' | 'origin' | 'any' | 'header' | 'renewable' | 'service'

/** @param requestId what the person can name when asking for help */
export type RefusalPage = (request: Pick<Incoming, 'header' | 'query'>, error: AuthError, requestId: string) => Promise<Outcome | undefined>

/** What a server adds to the engine. */
export interface App {
  readonly parts: Parts
  /** The start of every link: `LATCHKEY_PUBLIC_URL` without a slash at its end. */
  readonly publicUrl: string
  /** One word for each part, `ok` or what is wrong with it. */
  readonly readiness: () => Promise<Readonly<Record<string, string>>>
  /** True once the server has been told to stop. */
  readonly isStopping: () => boolean
  /** Paths beside the API's: pages for people. */
  readonly pages?: readonly Route[]
  /** A refusal as a page, for a browser that opens an address; undefined where there is none for it. */
  readonly refusalPage?: RefusalPage
  /** Told once of a request that shows another address than `publicUrl`. */
  readonly onWarning?: (warning: string) => void
  /** Metrics as Prometheus text; absent where they are served elsewhere or not at all. */
  readonly metrics?: (() => Promise<string>) | undefined
}

export interface Call<B = undefined, Query = undefined> {
  readonly app: App
  readonly parts: Parts
  readonly request: Incoming
  readonly credentials: RequestCredentials
  readonly whence: Whence
  readonly parameter: string
  readonly query: Query
  readonly body: B
  /** The key that a token handed out here is bound to; undefined where the client has shown none. */
  readonly key: string | undefined
}

export interface ProvenCall<B = undefined, Query = undefined> extends Call<B, Query> {
  readonly principal: Principal
  readonly via: Via
}

/** What a route answers with; the body is turned into JSON unless a type of its own is named. */
export interface Outcome {
  readonly status?: number
  readonly json?: unknown
  readonly content?: { readonly type: string; readonly body: Body }
  readonly headers?: Readonly<Record<string, string>>
  readonly cookies?: readonly string[]
  /** Who was signed in by it, for the log: until then nobody was. */
  readonly signedIn?: { readonly userId: string; readonly sid: string }
}

export interface BodyShape<T> {
  readonly type: string
  readonly schema: z.ZodType<T>
}

/** For the API description: what it does and what it answers with. */
export interface Description {
  readonly summary: string
  readonly answers: Readonly<Record<number, z.ZodType | null>>
  /** Codes of its own, besides those that every route of its kind has. */
  readonly refusals?: readonly ErrorCode[]
}

interface Common extends Description {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** At most one `:parameter`. */
  readonly path: string
  /** True for a GET that changes something all the same: the cross-origin rule applies to it, and HEAD does not exist. */
  readonly changes?: true
  /** True for what pages of every origin may read: nothing in it is about anybody. */
  readonly anyOrigin?: true
  /** Where much is at stake: a token that is bound to a key needs a proof of it. */
  readonly sensitive?: true | ((request: Incoming) => boolean)
  /** What a proof of a key is for, where that is not this very request. */
  readonly occasion?: (request: Incoming, parts: Parts) => Occasion
  /** True where a proxy asks on behalf of another host: its cookies are left as they are. */
  readonly forOtherHost?: true
  /** True where a token is handed out, which is bound to the key of a proof that comes along. */
  readonly mints?: true
}

/** What can be asked of a principal alone. */
interface Rights {
  /** A role that is needed. */
  readonly role?: string
  /** True where the password must have been typed lately: `LATCHKEY_FRESH_AGE`. */
  readonly fresh?: true
}

/** A route as the handler runs it, with the types of its body and query erased. */
export interface Route extends Common, Rights {
  readonly proof: Proof | ((request: Incoming) => Proof | AuthError)
  readonly body?: BodyShape<unknown>
  readonly query?: z.ZodType
  readonly run: (call: ProvenCall<unknown, unknown>) => Soon<Outcome | AuthError>
  /** Reshapes a refusal, for clients that expect something else than a problem document. */
  readonly refused?: (call: Call<unknown, unknown>, error: AuthError) => Outcome | undefined
}

interface Typed<B, Q> extends Common {
  readonly body?: BodyShape<B>
  readonly query?: z.ZodType<Q>
  readonly refused?: Route['refused']
}

/** A route that anyone may call who passes its proof, without being anybody. */
export function openRoute<B = undefined, Q = undefined>(
  route: Typed<B, Q> & {
    readonly proof: 'none' | 'origin' | 'renewable' | 'service'
    readonly run: (call: Call<B, Q>) => Soon<Outcome | AuthError>
  },
): Route {
  return route as Route
}

/** A route for a principal. */
export function provenRoute<B = undefined, Q = undefined>(
  route: Typed<B, Q> &
    Rights & {
      readonly proof: 'any' | 'header' | ((request: Incoming) => 'any' | 'header' | AuthError)
      readonly run: (call: ProvenCall<B, Q>) => Soon<Outcome | AuthError>
    },
): Route {
  return route as Route
}
