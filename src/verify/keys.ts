// The issuer's public keys (RFC 7517, RFC 8037), and the verification of a signature with Ed25519 alone (RFC 8725, 3.1).
//
// A token's header decides nothing. There is exactly one header for each key, the one that Latchkey writes; a token whose
// header is not one of them to the letter is not its own, whatever `alg`, `jwk` or `crit` it names.

import { isTokenClaims, type TokenClaims } from '../domain/token.ts'
import { bytesOf, textOf } from './base64url.ts'
import { discard } from './discard.ts'
import type { Settled } from './options.ts'

type PublicKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

interface Jwk {
  readonly kty: string
  readonly crv?: string
  readonly kid?: string
  readonly x?: string
}

const MAX_TOKEN = 4096
/** A token with a header that is not known makes the keys be loaded again, but not more often than this. */
const RELOAD_AFTER = 1_000
const PATIENCE = 3_000

export class Keys {
  readonly #options: Settled
  /** By the first part of a token. */
  #byHeader: ReadonlyMap<string, PublicKey> = new Map()
  #loadedAt = Number.NEGATIVE_INFINITY
  #loading: Promise<void> | undefined

  constructor(options: Settled) {
    this.#options = options
  }

  /** Loads the keys; the old ones stay when that fails. @throws Error */
  load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined
    })
    return this.#loading
  }

  /** The claims of a token with a genuine signature; undefined when it is none. */
  async verify(token: string): Promise<TokenClaims | undefined> {
    if (typeof token !== 'string' || token.length > MAX_TOKEN) return undefined
    const [header, payload, signature, ...more] = token.split('.')
    if (header === undefined || payload === undefined || signature === undefined || more.length > 0) return undefined
    const key = await this.#find(header)
    const signed = bytesOf(signature)
    const claims = bytesOf(payload)
    if (key === undefined || signed?.length !== 64 || claims === undefined) return undefined
    const text = new TextEncoder().encode(`${header}.${payload}`)
    return (await crypto.subtle.verify('Ed25519', key, signed, text)) ? claimsOf(claims) : undefined
  }

  async #find(header: string): Promise<PublicKey | undefined> {
    const known = this.#byHeader.get(header)
    if (known !== undefined || performance.now() - this.#loadedAt < RELOAD_AFTER) return known
    await this.load().catch(this.#options.onFault)
    return this.#byHeader.get(header)
  }

  async #load(): Promise<void> {
    this.#loadedAt = performance.now()
    const response = await this.#options.fetch(`${this.#options.issuer}/.well-known/jwks.json`, {
      // Keys that a cache still has may have been retired.
      headers: { 'cache-control': 'no-cache' },
      signal: AbortSignal.timeout(PATIENCE),
    })
    if (!response.ok) {
      discard(response.body)
      throw new Error(`The keys of ${this.#options.issuer} cannot be loaded: status ${response.status}`)
    }
    const { keys } = (await response.json()) as { readonly keys?: readonly Jwk[] }
    const ours = (keys ?? []).filter(({ kty, crv }) => kty === 'OKP' && crv === 'Ed25519')
    const imported = await Promise.all(
      ours.map(async ({ kid = '', x = '' }): Promise<[string, PublicKey]> => {
        const jwk = { kty: 'OKP', crv: 'Ed25519', x }
        return [headerOf(kid), await crypto.subtle.importKey('jwk', jwk, 'Ed25519', false, ['verify'])]
      }),
    )
    this.#byHeader = new Map(imported)
  }
}

function headerOf(kid: string): string {
  return textOf(new TextEncoder().encode(JSON.stringify({ alg: 'EdDSA', typ: 'at+jwt', kid })))
}

function claimsOf(payload: Uint8Array<ArrayBuffer>): TokenClaims | undefined {
  try {
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
    return isTokenClaims(claims) ? claims : undefined
  } catch {
    return undefined
  }
}
