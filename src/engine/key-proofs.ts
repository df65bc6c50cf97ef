// Whether a request is sent by the holder of the key that its token is bound to; and binding a token to a key.

import { AuthError } from '../domain/errors.ts'
import { judgeKeyProof, type KeyProofOccasion, type KeyProofRefusal, PROOF_REMEMBERED_FOR } from '../domain/key-proof.ts'
import { COUNTER_KINDS } from '../domain/persisted-names.ts'
import type { SignedIn } from './issue.ts'
import type { Parts } from './parts.ts'

/**
 * Verifies a proof. One that goes with a token counts once: one signature, and one count that all processes share. Where a token is only
 * asked for, the same proof again would bind another one to the same key: that is of no use to anybody else, and nobody who is not signed
 * in yet can fill the counters.
 *
 * Returns the thumbprint of its key. Refusal: `proof.required` with the reason.
 *
 * @throws StoreError
 */
export async function proveKey(parts: Parts, sent: string, occasion: KeyProofOccasion): Promise<string | AuthError> {
  const proof = parts.keyProofs.read(sent)
  if (proof === undefined) return proofRequired('malformed')
  const now = parts.clock.now()
  const refusal = judgeKeyProof(proof, occasion, now)
  if (refusal) return proofRequired(refusal)
  if (occasion.token === null) return proof.thumbprint
  const once = { points: 1, window: PROOF_REMEMBERED_FOR }
  const { taken } = await parts.store.limits.take(
    `${COUNTER_KINDS.proof}:${parts.keyProofs.hashOf(`${proof.thumbprint}.${proof.id}`)}`,
    once,
    now,
  )
  return taken > 1 ? proofRequired('replayed') : proof.thumbprint
}

/** The same sign-in with a token that is bound to a key, in the place of one that is not. */
export function bindToken(parts: Parts, signedIn: SignedIn, thumbprint: string): SignedIn {
  const { claims, expiresAt } = signedIn.token
  const bound = { ...claims, jti: parts.secrets.randomId(), cnf: { jkt: thumbprint } }
  return { ...signedIn, token: { token: parts.keys.sign(bound), claims: bound, expiresAt } }
}

export function proofRequired(reason: KeyProofRefusal): AuthError {
  return new AuthError('proof.required', { reason })
}
