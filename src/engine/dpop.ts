// DPoP: verifies that the sender of a request holds the token's key, and binds a token to a key.

import { checkDpopProof, DPOP_REPLAY_WINDOW, type DpopRefusal, type DpopTarget } from '../domain/dpop.ts'
import { AuthError } from '../domain/errors.ts'
import { COUNTER_KINDS } from '../domain/persisted-names.ts'
import type { EngineContext } from './context.ts'
import type { SignInResult } from './issue-credentials.ts'

/**
 * Verifies a DPoP proof. A proof that accompanies a token is accepted once: one signature check, and one counter that all processes share.
 * A proof for a new token is not counted: replaying it would only bind another token to the same key, which is useless to an attacker, and
 * clients that are not signed in cannot fill the counters.
 *
 * Returns the thumbprint of its key. Refusal: `proof.required` with the reason.
 *
 * @throws StoreError
 */
export async function verifyDpop(context: EngineContext, jwt: string, target: DpopTarget): Promise<string | AuthError> {
  const proof = context.proofVerifier.read(jwt)
  if (proof === undefined) return proofRequired('malformed')
  const now = context.clock.now()
  const refusal = checkDpopProof(proof, target, now)
  if (refusal) return proofRequired(refusal)
  if (target.token === null) return proof.thumbprint
  const once = { points: 1, window: DPOP_REPLAY_WINDOW }
  const { taken } = await context.store.limits.take(
    `${COUNTER_KINDS.proof}:${context.proofVerifier.sha256(`${proof.thumbprint}.${proof.jti}`)}`,
    once,
    now,
  )
  return taken > 1 ? proofRequired('replayed') : proof.thumbprint
}

/** The same sign-in, with its token replaced by one that is bound to a key. */
export function bindToken(context: EngineContext, signedIn: SignInResult, thumbprint: string): SignInResult {
  const { claims, expiresAt } = signedIn.token
  const bound = { ...claims, jti: context.secrets.randomId(), cnf: { jkt: thumbprint } }
  return { ...signedIn, token: { token: context.keys.sign(bound), claims: bound, expiresAt } }
}

export function proofRequired(reason: DpopRefusal): AuthError {
  return new AuthError('proof.required', { reason })
}
