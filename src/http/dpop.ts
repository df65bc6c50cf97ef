// The DPoP header (RFC 9449): a token is bound to the key in it, or the holder of a bound token proves to have its key.

import type { DpopTarget } from '../domain/dpop.ts'
import { AuthError } from '../domain/errors.ts'
import type { EngineContext } from '../engine/context.ts'
import { proofRequired, verifyDpop } from '../engine/dpop.ts'
import type { RequestCredentials } from './credentials.ts'
import { hasVerifiedDpop, recordVerifiedDpop } from './dpop-memo.ts'
import type { MaybePromise } from './maybe-promise.ts'
import type { HttpRequest } from './message.ts'

export interface DpopRequirement {
  /** Much is at stake: a bound token does not do without a proof. */
  readonly sensitive: boolean
  /** A token is handed out, which may be bound. */
  readonly issuesToken: boolean
}

/** The request that a proof must name (RFC 9449, 4.2). */
export type RequestTarget = Pick<DpopTarget, 'htm' | 'htu'>

/**
 * The thumbprint of the key that the client has proven to hold; undefined where there is none, and none is needed. Refusals:
 * `proof.required` with a reason, `request.malformed`. What is promised may reject with StoreError.
 */
export function verifyDpopHeader(
  parts: EngineContext,
  { header, hostRequest }: Pick<HttpRequest, 'header' | 'hostRequest'>,
  target: RequestTarget,
  credential: RequestCredentials['header'],
  { sensitive, issuesToken }: DpopRequirement,
): MaybePromise<string | undefined | AuthError> {
  const { dpop } = parts.policy
  if (dpop === 'off') return undefined
  const isRequired = sensitive || dpop === 'always'
  const token = isRequired && typeof credential === 'object' && credential.kind === 'token' ? credential.raw : undefined
  const boundTo = token === undefined ? undefined : parts.proofVerifier.boundThumbprint(token)
  if (token !== undefined && boundTo === undefined && dpop === 'always') return proofRequired('unbound')
  if (boundTo === undefined && !issuesToken) return undefined
  const sent = header('dpop')
  if (sent === null) return boundTo === undefined ? undefined : proofRequired('missing')
  if (sent.includes(',')) return new AuthError('request.malformed', { reason: 'duplicate_header' })
  if (token === undefined || boundTo === undefined) return verifyDpop(parts, sent, { ...target, token: null })
  const memoKey = [target.htm, target.htu, token, sent].join(' ')
  if (hasVerifiedDpop(parts, hostRequest, memoKey)) return boundTo
  return verifyDpop(parts, sent, { ...target, token: { hash: parts.proofVerifier.sha256(token), boundTo } }).then((key) => {
    if (!(key instanceof AuthError)) recordVerifiedDpop(parts, hostRequest, memoKey)
    return key
  })
}

/** An address on our own origin, as clients name it. */
export function ownUrl({ policy }: EngineContext, path: string): string {
  return new URL(policy.issuer).origin + path
}
