// What helps a request that was refused: another token, or a proof that this client has the key which its token is bound to.

import type { DpopSigner } from './dpop.ts'
import type { TokenManager } from './token-manager.ts'

/** What a request is repeated with. */
export interface RetryCredentials {
  readonly token: string
  readonly dpop: string | undefined
}

export interface RejectedRequest {
  readonly method: string
  readonly url: string
  readonly token: string
  readonly passive?: boolean | undefined
}

/** Of a refusal's body. A server that is not Latchkey may say 401 alone. */
export interface ProblemBody {
  readonly code?: unknown
  readonly reason?: unknown
}

/** Undefined where nothing helps. */
export type RetryPolicy = (request: RejectedRequest, refusal: ProblemBody) => Promise<RetryCredentials | undefined>

export function createRetryPolicy(tokenManager: TokenManager, dpopSigner: DpopSigner): RetryPolicy {
  return async ({ method, url, token: refused, passive }, { code, reason }) => {
    const needsProof = code === 'proof.required'
    if (!(needsProof || code === 'token.invalid' || typeof code !== 'string')) return undefined
    const proof = needsProof && reason === 'missing' ? await dpopSigner.createProof(method, url, refused) : undefined
    if (proof !== undefined) return { token: refused, dpop: proof }
    if (needsProof) dpopSigner.reload()
    const token = await tokenManager.token({ refused, passive })
    const dpop = needsProof ? await dpopSigner.createProof(method, url, token) : undefined
    return token === refused && dpop === undefined ? undefined : { token, dpop }
  }
}
