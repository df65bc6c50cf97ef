// The DPoP header (RFC 9449): a token is bound to the key in it, or the holder of a bound token proves to have its key.

import { AuthError } from '../domain/errors.ts'
import { proofRequired, proveKey } from '../engine/key-proofs.ts'
import type { Parts } from '../engine/parts.ts'
import type { Soon } from './at-once.ts'
import type { RequestCredentials } from './credentials.ts'
import type { Incoming } from './message.ts'

export interface KeyWish {
  /** Much is at stake: a bound token does not do without a proof. */
  readonly sensitive: boolean
  /** A token is handed out, which may be bound. */
  readonly mints: boolean
}

/**
 * The thumbprint of the key that the client has proven to hold; undefined where there is none, and none is needed. Refusals: `proof.required` with a reason, `request.malformed`. What is promised may reject with StoreError.
 */
export function readKeyProof(
  parts: Parts,
  { method, path, header }: Pick<Incoming, 'method' | 'path' | 'header'>,
  credential: RequestCredentials['header'],
  { sensitive, mints }: KeyWish,
): Soon<string | undefined | AuthError> {
  if (parts.policy.tokenBinding === 'off') return undefined
  const token = sensitive && typeof credential === 'object' && credential.kind === 'token' ? credential.raw : undefined
  const boundTo = token === undefined ? undefined : parts.keyProofs.boundTo(token)
  if (boundTo === undefined && !mints) return undefined
  const sent = header('dpop')
  if (sent === null) return boundTo === undefined ? undefined : proofRequired('missing')
  if (sent.includes(',')) return new AuthError('request.malformed', { reason: 'duplicate_header' })
  const url = new URL(parts.policy.issuer).origin + path
  const bound = token === undefined || boundTo === undefined ? null : { hash: parts.keyProofs.hashOf(token), boundTo }
  return proveKey(parts, sent, { method, url, token: bound })
}
