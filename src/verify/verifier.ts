// The token verifier: checks the signature once for each token, and then only claims and revocation.

// `Symbol.dispose` needs this library in projects without the types of Node.
/// <reference lib="esnext.disposable" preserve="true" />

import { type TokenClaims, verifyClaims } from '../domain/token.ts'
import { TwoGenerationCache } from '../domain/two-generation-cache.ts'
import { boundThumbprint, DpopVerifier, sha256 } from './dpop.ts'
import { type Clocks, FeedClock, SYSTEM_CLOCKS } from './feed-clock.ts'
import { introspect } from './introspect.ts'
import { Keys } from './keys.ts'
import { type ResolvedOptions, resolveOptions, type VerifierOptions } from './options.ts'
import { failure, principalOf, type VerificationResult, type VerifiedPrincipal } from './result.ts'
import { RevocationStream } from './revocation-stream.ts'
import { RevokedSessions } from './revoked-sessions.ts'

export interface Verifier {
  /**
   * Verifies a token: the JWT alone, without `Bearer`. Never throws, whatever the text is. A cached token costs a few look-ups and
   * no signature check.
   */
  verify(token: string): Promise<VerificationResult>
  /**
   * Verifies the token of a request: `Authorization: Bearer <jwt>`, `DPoP <jwt>`, or the bare `<jwt>`. Without one the reason is
   * `malformed`. With `dpop: 'if-bound'` a token that is bound to a key needs a DPoP proof for this request (RFC 9449), or the reason is
   * `proof_required`; each proof is accepted once in this process. With `dpop: 'required'` a token without a key is rejected too.
   *
   * @throws TypeError where `dpop` is set and the method or the URL is missing
   */
  verifyRequest(request: VerifiedRequest, options?: RequestOptions): Promise<VerificationResult>
  /** Milliseconds since the last heartbeat of the revocation feed; infinite before the first one. */
  feedLagMs(): number
  /**
   * Resolves when tokens can be verified. Waits while Latchkey is unreachable. Rejects when Latchkey rejects the service key, and,
   * without a service key, when the signing keys cannot be loaded.
   */
  ready(): Promise<void>
  /** Closes the revocation stream. From then on `onFeedLoss` applies. */
  close(): void
  /** As `close`, for `using`. */
  [Symbol.dispose](): void
}

/** The used part of a request; a `Request` of the Fetch API has it. */
export interface VerifiedRequest {
  readonly headers: Headers
  readonly method?: string
  /** The public URL, as the client sent it: behind a proxy the server may see another one. */
  readonly url?: string
}

export interface RequestOptions {
  /** `if-bound`: a token that is bound to a key needs a DPoP proof. `required`: the same, and a token without a key is rejected. */
  readonly dpop?: 'if-bound' | 'required'
}

interface CachedToken {
  readonly claims: TokenClaims
  readonly principal: VerifiedPrincipal
}

/**
 * Creates a verifier for the access tokens (RFC 9068) of one Latchkey. It subscribes to the revocation feed until it is closed.
 *
 * @throws TypeError naming the option and what is accepted
 */
export function createVerifier(options: VerifierOptions, clocks: Clocks = SYSTEM_CLOCKS): Verifier {
  return new TokenVerifier(resolveOptions(options), clocks)
}

class TokenVerifier implements Verifier {
  readonly #options: ResolvedOptions
  readonly #keys: Keys
  readonly #revokedSessions: RevokedSessions
  readonly #feedClock: FeedClock
  readonly #revocationStream: RevocationStream | undefined
  readonly #dpop: DpopVerifier
  readonly #cache: TwoGenerationCache<string, CachedToken>

  constructor(options: ResolvedOptions, clocks: Clocks) {
    this.#options = options
    this.#keys = new Keys(options)
    this.#revokedSessions = new RevokedSessions(clocks.monotonic)
    this.#feedClock = new FeedClock(clocks, options.maxFeedLagMs)
    this.#cache = new TwoGenerationCache(options.capacity)
    this.#dpop = new DpopVerifier(options.capacity, clocks.monotonic)
    const { serviceKey } = options
    const shared = { options, keys: this.#keys, revokedSessions: this.#revokedSessions, feedClock: this.#feedClock }
    this.#revocationStream = serviceKey === undefined ? undefined : new RevocationStream({ ...shared, serviceKey })
  }

  async verify(token: string): Promise<VerificationResult> {
    const cached = this.#cache.get(token) ?? (await this.#verifyNew(token))
    if (cached === undefined) return failure('malformed')
    const { claims, principal } = cached
    const { issuer, audience } = this.#options
    const reason = verifyClaims(claims, this.#feedClock.now(), { issuer, audience }) ?? this.#revokedSessions.check(claims)
    if (reason) return failure(reason)
    if (this.#feedClock.isStale) return this.#verifyWithoutFeed(token, principal)
    return { ok: true, principal, feedLagMs: this.#feedClock.lagMs() }
  }

  async verifyRequest({ headers, method, url }: VerifiedRequest, { dpop }: RequestOptions = {}): Promise<VerificationResult> {
    if (dpop !== undefined && ((dpop !== 'if-bound' && dpop !== 'required') || method === undefined || url === undefined)) {
      throw new TypeError("dpop: accepted is 'if-bound' or 'required', with the method and the url of the request")
    }
    const [, scheme, token] = /^(?:(bearer|dpop) +)?([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(headers.get('authorization') ?? '') ?? []
    if (token === undefined) return failure('malformed')
    // The scheme `DPoP` is only for tokens that are bound to a key (RFC 9449, section 7.1).
    if (scheme?.toLowerCase() === 'dpop' && boundThumbprint(token) === undefined) return failure('malformed')
    const result = await this.verify(token)
    const thumbprint = dpop === undefined || !result.ok ? undefined : boundThumbprint(token)
    if (dpop === 'required' && result.ok && thumbprint === undefined) return failure('proof_required')
    if (thumbprint === undefined || method === undefined || url === undefined) return result
    const target = { htm: method, htu: url, token: { hash: await sha256(token), boundTo: thumbprint } }
    return (await this.#dpop.verify(headers.get('dpop'), target, this.#feedClock.now())) ? result : failure('proof_required')
  }

  feedLagMs(): number {
    return this.#feedClock.lagMs()
  }

  async ready(): Promise<void> {
    await (this.#revocationStream?.ready ?? this.#keys.load())
  }

  close(): void {
    this.#revocationStream?.close()
    this.#feedClock.reset()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async #verifyNew(token: string): Promise<CachedToken | undefined> {
    const claims = await this.#keys.verify(token)
    if (claims === undefined) return undefined
    const cached = { claims, principal: principalOf(claims) }
    this.#cache.set(token, cached)
    return cached
  }

  async #verifyWithoutFeed(token: string, principal: VerifiedPrincipal): Promise<VerificationResult> {
    switch (this.#options.onFeedLoss) {
      case 'refuse':
        return failure('feed_unavailable')
      case 'introspect':
        return (await introspect(this.#options, token, principal.sid)) ?? { ok: true, principal, feedLagMs: 0 }
      case 'accept':
        return { ok: true, principal, feedLagMs: this.#feedClock.lagMs() }
    }
  }
}
