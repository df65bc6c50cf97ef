// The DPoP header (RFC 9449): a token is bound to the key in it, or the holder of a bound token proves to have its key.

import { AuthError } from '../domain/errors.ts'
import { proofRequired, proveKey } from '../engine/key-proofs.ts'
import type { Parts } from '../engine/parts.ts'
import type { Soon } from './at-once.ts'
import type { RequestCredentials } from './credentials.ts'
import type { Incoming } from './message.ts'
import { noteProven, wasProven } from './proven-requests.ts'

export interface KeyWish {
  /** Much is at stake: a bound token does not do without a proof. */
  readonly sensitive: boolean
  /** A token is handed out, which may be bound. */
  readonly mints: boolean
}

/** What a proof has to be for. */
export interface Occasion {
  readonly method: string
  readonly url: string
}

/**
 * The thumbprint of the key that the client has proven to hold; undefined where there is none, and none is needed. Refusals:
 * `proof.required` with a reason, `request.malformed`. What is promised may reject with StoreError.
 */
export function readKeyProof(
  parts: Parts,
  { header, of }: Pick<Incoming, 'header' | 'of'>,
  occasion: Occasion,
  credential: RequestCredentials['header'],
  { sensitive, mints }: KeyWish,
): Soon<string | undefined | AuthError> {
  const { dpop } = parts.policy
  if (dpop === 'off') return undefined
  const isAsked = sensitive || dpop === 'always'
  const token = isAsked && typeof credential === 'object' && credential.kind === 'token' ? credential.raw : undefined
  const boundTo = token === undefined ? undefined : parts.keyProofs.boundTo(token)
  if (token !== undefined && boundTo === undefined && dpop === 'always') return proofRequired('unbound')
  if (boundTo === undefined && !mints) return undefined
  const sent = header('dpop')
  if (sent === null) return boundTo === undefined ? undefined : proofRequired('missing')
  if (sent.includes(',')) return new AuthError('request.malformed', { reason: 'duplicate_header' })
  if (token === undefined || boundTo === undefined) return proveKey(parts, sent, { ...occasion, token: null })
  const what = [occasion.method, occasion.url, token, sent].join(' ')
  if (wasProven(parts, of, what)) return boundTo
  return proveKey(parts, sent, { ...occasion, token: { hash: parts.keyProofs.hashOf(token), boundTo } }).then((key) => {
    if (!(key instanceof AuthError)) noteProven(parts, of, what)
    return key
  })
}

/** An address on our own origin, as clients name it. */
export function ownAddress({ policy }: Parts, path: string): string {
  return new URL(policy.issuer).origin + path
}
