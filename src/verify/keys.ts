// The issuer's public keys (RFC 7517), and the verification of a signature with the one algorithm of its key (RFC 8725, 3.1).
//
// The header of a token decides nothing. Each key has exactly one valid header, the one that Latchkey writes. A token with any other
// header is rejected, whatever `alg`, `jwk` or `crit` it names.

import { ACCESS_TOKEN_TYPE } from '../domain/persisted-names.ts'
import { type TokenAlgorithm, type VerifyingKey, verifyingKeysOf } from '../domain/public-key.ts'
import { isTokenClaims, type TokenClaims } from '../domain/token.ts'
import { bytesOf, textOf } from './base64url.ts'
import { fetchJson, type JsonResponse } from './bounded-json.ts'
import { VerifierFault } from './fault.ts'
import type { ResolvedOptions } from './options.ts'

interface PublicKey {
  readonly key: Awaited<ReturnType<typeof crypto.subtle.importKey>>
  readonly algorithm: TokenAlgorithm
}

const MAX_TOKEN = 4096
/** For both algorithms. */
const SIGNATURE_BYTES = 64
/** Web Crypto's names. An ES256 signature is `r` followed by `s`, as in JOSE. */
const IMPORT = { EdDSA: 'Ed25519', ES256: { name: 'ECDSA', namedCurve: 'P-256' } } as const
const VERIFY = { EdDSA: 'Ed25519', ES256: { name: 'ECDSA', hash: 'SHA-256' } } as const
/** A token with an unknown header triggers a reload of the keys, at most once in this time; the time doubles after each failure. */
const RELOAD_DELAY_MS = 1_000
const MAX_RELOAD_DELAY_MS = 8_000
const TIMEOUT_MS = 3_000
const MAX_BYTES = 256 * 1024

export class Keys {
  readonly #options: ResolvedOptions
  /** By the encoded header of a token. */
  #byHeader: ReadonlyMap<string, PublicKey> = new Map()
  #loadedAt = Number.NEGATIVE_INFINITY
  #reloadDelay = RELOAD_DELAY_MS
  #loading: Promise<void> | undefined

  constructor(options: ResolvedOptions) {
    this.#options = options
  }

  /** Loads the keys; the previous ones stay when that fails. @throws VerifierFault */
  load(): Promise<void> {
    this.#loading ??= this.#load()
      .then(
        () => {
          this.#reloadDelay = RELOAD_DELAY_MS
        },
        (fault: unknown) => {
          this.#reloadDelay = Math.min(MAX_RELOAD_DELAY_MS, 2 * this.#reloadDelay)
          throw fault
        },
      )
      .finally(() => {
        this.#loading = undefined
      })
    return this.#loading
  }

  /** The claims of a token with a valid signature; undefined otherwise. */
  async verify(token: string): Promise<TokenClaims | undefined> {
    if (typeof token !== 'string' || token.length > MAX_TOKEN) return undefined
    const [header, payload, signature, ...more] = token.split('.')
    if (header === undefined || payload === undefined || signature === undefined || more.length > 0) return undefined
    const signed = bytesOf(signature)
    const claims = bytesOf(payload)
    if (signed?.length !== SIGNATURE_BYTES || claims === undefined) return undefined
    const found = await this.#find(header)
    if (found === undefined) return undefined
    const text = new TextEncoder().encode(`${header}.${payload}`)
    const isValid = await crypto.subtle.verify(VERIFY[found.algorithm], found.key, signed, text)
    return isValid ? claimsOf(claims) : undefined
  }

  async #find(header: string): Promise<PublicKey | undefined> {
    const known = this.#byHeader.get(header)
    if (known !== undefined || performance.now() - this.#loadedAt < this.#reloadDelay) return known
    await this.load().catch(this.#options.onFault)
    return this.#byHeader.get(header)
  }

  async #load(): Promise<void> {
    this.#loadedAt = performance.now()
    const { issuer, algorithms } = this.#options
    const usable = verifyingKeysOf(await this.#fetchKeySet(), algorithms)
    if (usable === undefined) throw new VerifierFault('jwks.invalid', `The response of ${issuer} is not a key set: it has no list \`keys\``)
    const imported = (await Promise.all(usable.map(importKey))).filter((key) => key !== undefined)
    if (imported.length === 0) {
      throw new VerifierFault('jwks.invalid', `The key set of ${issuer} has no signing key for ${algorithms.join(' or ')}`)
    }
    this.#byHeader = new Map(imported)
  }

  async #fetchKeySet(): Promise<unknown> {
    const { issuer, fetch } = this.#options
    const response = await fetchJson(fetch, {
      url: `${issuer}/.well-known/jwks.json`,
      // A cached key set may contain retired keys.
      headers: { 'cache-control': 'no-cache' },
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
    }).catch((error: unknown) => {
      throw new VerifierFault('jwks.unavailable', `The keys of ${issuer} cannot be loaded: ${reasonOf(error)}`, error)
    })
    return this.#readKeySet(response)
  }

  #readKeySet(response: JsonResponse): unknown {
    const { issuer } = this.#options
    if (response.status !== 200) {
      throw new VerifierFault('jwks.unavailable', `The keys of ${issuer} cannot be loaded: status ${response.status}`)
    }
    if ('json' in response) return response.json
    throw response.problem === 'too_large'
      ? new VerifierFault('jwks.too_large', `The key set of ${issuer} is larger than ${MAX_BYTES} bytes`)
      : new VerifierFault('jwks.invalid', `The response of ${issuer} is not a key set: it is not JSON`)
  }
}

/** Undefined where the key is not a point on its curve, or the runtime does not support the algorithm. */
async function importKey({ kid, algorithm, jwk }: VerifyingKey): Promise<readonly [string, PublicKey] | undefined> {
  try {
    const key = await crypto.subtle.importKey('jwk', { ...jwk }, IMPORT[algorithm], false, ['verify'])
    return [headerOf(kid, algorithm), { key, algorithm }]
  } catch {
    return undefined
  }
}

function headerOf(kid: string, alg: TokenAlgorithm): string {
  return textOf(new TextEncoder().encode(JSON.stringify({ alg, typ: ACCESS_TOKEN_TYPE, kid })))
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function claimsOf(payload: Uint8Array<ArrayBuffer>): TokenClaims | undefined {
  try {
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
    return isTokenClaims(claims) ? claims : undefined
  } catch {
    return undefined
  }
}
