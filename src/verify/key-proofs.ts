// Proofs that whoever sends a token holds the key that it is bound to (RFC 9449), with Web Crypto. Each counts once.

import {
  judgeKeyProof,
  type KeyProof,
  type KeyProofOccasion,
  keyOfHeader,
  PROOF_REMEMBERED_FOR,
  partsOfProof,
  proofOfClaims,
} from '../domain/key-proof.ts'
import { boundKeyOf } from '../domain/token.ts'
import { bytesOf, textOf } from './base64url.ts'

const ES256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

export class KeyProofs {
  /** Until when each is remembered, by the steady clock; the oldest come first. */
  readonly #used = new Map<string, number>()
  readonly #capacity: number
  readonly #steady: () => number

  /** @param steady milliseconds that only ever grow */
  constructor(capacity: number, steady: () => number) {
    this.#capacity = capacity
    this.#steady = steady
  }

  /** @param now milliseconds since 1970 */
  async accepts(sent: string | null, occasion: KeyProofOccasion, now: number): Promise<boolean> {
    const proof = sent === null ? undefined : await readProof(sent)
    return proof !== undefined && judgeKeyProof(proof, occasion, now) === undefined && this.#isFirstUse(proof)
  }

  /** With more proofs in two minutes than can be remembered, none is taken for new. */
  #isFirstUse({ thumbprint, id }: KeyProof): boolean {
    const now = this.#steady()
    for (const [oldest, until] of this.#used) {
      if (now < until) break
      this.#used.delete(oldest)
    }
    const name = `${thumbprint}.${id}`
    if (this.#used.has(name) || this.#used.size >= this.#capacity) return false
    this.#used.set(name, now + PROOF_REMEMBERED_FOR)
    return true
  }
}

/** The key that a token is bound to, by what stands in it: it has been verified before. */
export function boundTo(token: string): string | undefined {
  return boundKeyOf(decoded(token.split('.')[1] ?? ''))
}

/** SHA-256 of a token, as proofs name it. */
export async function hashOf(text: string): Promise<string> {
  return textOf(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
}

async function readProof(text: string): Promise<KeyProof | undefined> {
  const [header = '', claims = '', third = ''] = partsOfProof(text) ?? []
  const key = keyOfHeader(decoded(header))
  const signature = bytesOf(third)
  if (key === undefined || signature === undefined) return undefined
  try {
    const imported = await crypto.subtle.importKey('jwk', { ...key }, ES256, false, ['verify'])
    const isSigned = await crypto.subtle.verify(ES256, imported, signature, new TextEncoder().encode(`${header}.${claims}`))
    return isSigned ? proofOfClaims(decoded(claims), await hashOf(JSON.stringify(key))) : undefined
  } catch {
    // No point of the curve.
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
