// What helps a request that was refused: another token, or a proof that this client has the key which its token is bound to.

import type { Holder } from './holder.ts'
import type { Prover } from './prover.ts'

/** What a request is repeated with. */
export interface Remedy {
  readonly token: string
  readonly dpop: string | undefined
}

export interface RefusedRequest {
  readonly method: string
  readonly url: string
  readonly token: string
  readonly passive?: boolean | undefined
}

/** Of a refusal's body. A server that is not Latchkey may say 401 alone. */
export interface Refusal {
  readonly code?: unknown
  readonly reason?: unknown
}

/** Undefined where nothing helps. */
export type FindRemedy = (request: RefusedRequest, refusal: Refusal) => Promise<Remedy | undefined>

export function createRemedy(holder: Holder, prover: Prover): FindRemedy {
  return async ({ method, url, token: refused, passive }, { code, reason }) => {
    const lacksProof = code === 'proof.required'
    if (!(lacksProof || code === 'token.invalid' || typeof code !== 'string')) return undefined
    const first = lacksProof && reason === 'missing' ? await prover.prove(method, url, refused) : undefined
    if (first !== undefined) return { token: refused, dpop: first }
    if (lacksProof) prover.reload()
    const token = await holder.token({ refused, passive })
    const dpop = lacksProof ? await prover.prove(method, url, token) : undefined
    return token === refused && dpop === undefined ? undefined : { token, dpop }
  }
}
