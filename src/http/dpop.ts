// The DPoP header (RFC 9449): binds an issued token to the client's key, or proves possession of a bound token's key.

import type { DpopTarget } from '../domain/dpop.ts'
import { AuthError } from '../domain/errors.ts'
import type { EngineContext } from '../engine/context.ts'
import { proofRequired, verifyDpop } from '../engine/dpop.ts'
import type { RequestCredentials } from './credentials.ts'
import { hasVerifiedDpop, recordVerifiedDpop } from './dpop-memo.ts'
import type { MaybePromise } from './maybe-promise.ts'
import type { HttpRequest } from './message.ts'

export interface DpopRequirement {
  /** A sensitive route: a bound token needs a proof. */
  readonly sensitive: boolean
  /** The route issues a token, which may be bound. */
  readonly issuesToken: boolean
}

/** The request that a proof must name (RFC 9449, 4.2). */
export type RequestTarget = Pick<DpopTarget, 'htm' | 'htu'>

/**
 * The thumbprint of the client's proven key; undefined where there is none and none is required. Refusals:
 * `proof.required` with a reason, `request.malformed`. A promise may reject with StoreError.
 */
export function verifyDpopHeader(
  engine: EngineContext,
  { header, hostRequest }: Pick<HttpRequest, 'header' | 'hostRequest'>,
  target: RequestTarget,
  credential: RequestCredentials['header'],
  { sensitive, issuesToken }: DpopRequirement,
): MaybePromise<string | undefined | AuthError> {
  const { dpop } = engine.policy
  if (dpop === 'off') return undefined
  const isRequired = sensitive || dpop === 'always'
  const token = isRequired && typeof credential === 'object' && credential.kind === 'token' ? credential.raw : undefined
  const boundTo = token === undefined ? undefined : engine.proofVerifier.boundThumbprint(token)
  if (token !== undefined && boundTo === undefined && dpop === 'always') return proofRequired('unbound')
  if (boundTo === undefined && !issuesToken) return undefined
  const sent = header('dpop')
  if (sent === null) return boundTo === undefined ? undefined : proofRequired('missing')
  if (sent.includes(',')) return new AuthError('request.malformed', { reason: 'duplicate_header' })
  if (token === undefined || boundTo === undefined) return verifyDpop(engine, sent, { ...target, token: null })
  const memoKey = [target.htm, target.htu, token, sent].join(' ')
  if (hasVerifiedDpop(engine, hostRequest, memoKey)) return boundTo
  return verifyDpop(engine, sent, { ...target, token: { hash: engine.proofVerifier.sha256(token), boundTo } }).then((key) => {
    if (!(key instanceof AuthError)) recordVerifiedDpop(engine, hostRequest, memoKey)
    return key
  })
}

/** The URL of a path on our own origin. */
export function ownUrl({ policy }: EngineContext, path: string): string {
  return new URL(policy.issuer).origin + path
}
