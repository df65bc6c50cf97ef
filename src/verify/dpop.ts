// Verifies DPoP proofs (RFC 9449) with Web Crypto. Each proof is accepted once.

import {
  checkDpopProof,
  DPOP_REPLAY_WINDOW,
  type DpopProof,
  type DpopTarget,
  dpopKeyFromHeader,
  dpopProofFromClaims,
  splitCompactJws,
} from '../domain/dpop.ts'
import { boundThumbprint as thumbprintOf } from '../domain/token.ts'
import { bytesOf, textOf } from './base64url.ts'

const ES256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

export class DpopVerifier {
  /** When each used proof may be forgotten, by the monotonic clock; oldest first. */
  readonly #usedProofs = new Map<string, number>()
  readonly #capacity: number
  readonly #monotonic: () => number

  /** @param monotonic a clock that is never set back, in milliseconds */
  constructor(capacity: number, monotonic: () => number) {
    this.#capacity = capacity
    this.#monotonic = monotonic
  }

  /** @param now milliseconds since 1970 */
  async verify(header: string | null, target: DpopTarget, now: number): Promise<boolean> {
    const proof = header === null ? undefined : await readProof(header)
    return proof !== undefined && checkDpopProof(proof, target, now) === undefined && this.#isFirstUse(proof)
  }

  /** Where the replay window holds more proofs than `capacity`, no further proof is accepted. */
  #isFirstUse({ thumbprint, jti }: DpopProof): boolean {
    const now = this.#monotonic()
    for (const [oldest, until] of this.#usedProofs) {
      if (now < until) break
      this.#usedProofs.delete(oldest)
    }
    const name = `${thumbprint}.${jti}`
    if (this.#usedProofs.has(name) || this.#usedProofs.size >= this.#capacity) return false
    this.#usedProofs.set(name, now + DPOP_REPLAY_WINDOW)
    return true
  }
}

/** Thumbprint of the key that a token is bound to. Call it only with a verified token. */
export function boundThumbprint(token: string): string | undefined {
  return thumbprintOf(decoded(token.split('.')[1] ?? ''))
}

/** SHA-256 of a token, as in the `ath` claim of a proof. */
export async function sha256(text: string): Promise<string> {
  return textOf(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
}

async function readProof(text: string): Promise<DpopProof | undefined> {
  const [header = '', claims = '', third = ''] = splitCompactJws(text) ?? []
  const key = dpopKeyFromHeader(decoded(header))
  const signature = bytesOf(third)
  if (key === undefined || signature === undefined) return undefined
  try {
    const imported = await crypto.subtle.importKey('jwk', { ...key }, ES256, false, ['verify'])
    const isSigned = await crypto.subtle.verify(ES256, imported, signature, new TextEncoder().encode(`${header}.${claims}`))
    return isSigned ? dpopProofFromClaims(decoded(claims), await sha256(JSON.stringify(key))) : undefined
  } catch {
    // The key is not a point on the curve.
    return undefined
  }
}

function decoded(part: string): unknown {
  try {
    const bytes = bytesOf(part)
    return bytes && JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}
