// Decides how a rejected request is repeated: with a new token, or with a DPoP proof for the token that it had.

import type { DpopSigner } from './dpop.ts'
import type { TokenManager } from './token-manager.ts'

/** Credentials for the repeated request. */
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

/** Members of the problem document. Another server than Latchkey may send a bare 401. */
export interface ProblemBody {
  readonly code?: unknown
  readonly reason?: unknown
}

/** Undefined where a retry cannot help. */
export type RetryPolicy = (request: RejectedRequest, problem: ProblemBody) => Promise<RetryCredentials | undefined>

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
