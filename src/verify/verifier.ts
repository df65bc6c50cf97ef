// Checking tokens away from Latchkey: their signature and their claims once, from then on their end alone.

// `Symbol.dispose` is in no library that a service without the types of Node has chosen.
/// <reference lib="esnext.disposable" preserve="true" />

import { judgeClaims, type TokenClaims } from '../domain/token.ts'
import { TwoGenerations } from '../domain/two-generations.ts'
import { askIssuer } from './ask.ts'
import { Endings } from './endings.ts'
import { Follower } from './follower.ts'
import { type Clocks, Freshness, SYSTEM_CLOCKS } from './freshness.ts'
import { boundTo, hashOf, KeyProofs } from './key-proofs.ts'
import { Keys } from './keys.ts'
import { type Settled, settle, type VerifierOptions } from './options.ts'
import { principalOf, refusal, type Verdict, type VerifiedPrincipal } from './verdict.ts'

export interface Verifier {
  /**
   * Judges a token: the JWT alone, without `Bearer`. Whatever the text is, this never throws. A token that was verified
   * before costs a few look-ups, and no signature.
   */
  verify(token: string): Promise<Verdict>
  /**
   * Judges the token of a request: `Authorization: Bearer <jwt>`, `DPoP <jwt>`, or the bare `<jwt>`. Without one it is `malformed`.
   * With `proof: 'key'` a token that is bound to a key needs a proof of it for just this request (RFC 9449), or it is
   * `proof_required`; each proof counts once in this process. With `proof: 'bound'` one that is bound to no key is too.
   *
   * @throws TypeError where a proof is asked for without the method and the address
   */
  verifyRequest(request: VerifiedRequest, options?: RequestOptions): Promise<Verdict>
  /** Milliseconds since Latchkey was last heard; infinite before the first time. */
  silence(): number
  /**
   * Resolves when tokens can be judged. While Latchkey is away it waits; it rejects when Latchkey refuses the service key, and,
   * without one, when the keys cannot be loaded.
   */
  ready(): Promise<void>
  /** Ends the following. From then on Latchkey is silent. */
  close(): void
  /** As `close`, for `using`. */
  [Symbol.dispose](): void
}

/** What is looked at of a request; a `Request` of the Fetch API is one. */
export interface VerifiedRequest {
  readonly headers: Headers
  readonly method?: string
  /** As the client named it: behind a proxy that is not what the server sees. */
  readonly url?: string
}

export interface RequestOptions {
  /** `key`: a token that is bound to a key needs a proof of it. `bound`: the same, and one that is bound to none is refused. */
  readonly proof?: 'key' | 'bound'
}

interface Remembered {
  readonly claims: TokenClaims
  readonly principal: VerifiedPrincipal
}

/**
 * A verifier for the tokens (RFC 9068) of one Latchkey. It follows the endings from now on, until it is closed.
 *
 * @throws TypeError naming the option and what is accepted
 */
export function createVerifier(options: VerifierOptions, clocks: Clocks = SYSTEM_CLOCKS): Verifier {
  return new TokenVerifier(settle(options), clocks)
}

class TokenVerifier implements Verifier {
  readonly #options: Settled
  readonly #keys: Keys
  readonly #endings: Endings
  readonly #freshness: Freshness
  readonly #follower: Follower | undefined
  readonly #keyProofs: KeyProofs
  readonly #remembered: TwoGenerations<string, Remembered>

  constructor(options: Settled, clocks: Clocks) {
    this.#options = options
    this.#keys = new Keys(options)
    this.#endings = new Endings(clocks.steady)
    this.#freshness = new Freshness(clocks, options.maxSilence)
    this.#remembered = new TwoGenerations(options.capacity)
    this.#keyProofs = new KeyProofs(options.capacity, clocks.steady)
    const { serviceKey } = options
    const shared = { options, keys: this.#keys, endings: this.#endings, freshness: this.#freshness }
    this.#follower = serviceKey === undefined ? undefined : new Follower({ ...shared, serviceKey })
  }

  async verify(token: string): Promise<Verdict> {
    const known = this.#remembered.get(token) ?? (await this.#verifyNew(token))
    if (known === undefined) return refusal('malformed')
    const { claims, principal } = known
    const { issuer, audience } = this.#options
    const refused = judgeClaims(claims, this.#freshness.now(), { issuer, audience }) ?? this.#endings.judge(claims)
    if (refused) return refusal(refused)
    if (this.#freshness.isSilent) return this.#judgeInSilence(token, principal)
    return { ok: true, principal, freshness: this.#freshness.silence() }
  }

  async verifyRequest({ headers, method, url }: VerifiedRequest, { proof }: RequestOptions = {}): Promise<Verdict> {
    if (proof !== undefined && ((proof !== 'key' && proof !== 'bound') || method === undefined || url === undefined)) {
      throw new TypeError("proof: accepted is 'key' or 'bound', with the method and the url of the request")
    }
    const [, scheme, token] = /^(?:(bearer|dpop) +)?([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(headers.get('authorization') ?? '') ?? []
    if (token === undefined) return refusal('malformed')
    // Sent as bound to a key (RFC 9449, 7.1): one that is not is none.
    if (scheme?.toLowerCase() === 'dpop' && boundTo(token) === undefined) return refusal('malformed')
    const verdict = await this.verify(token)
    const key = proof === undefined || !verdict.ok ? undefined : boundTo(token)
    if (proof === 'bound' && verdict.ok && key === undefined) return refusal('proof_required')
    if (key === undefined || method === undefined || url === undefined) return verdict
    const occasion = { method, url, token: { hash: await hashOf(token), boundTo: key } }
    return (await this.#keyProofs.accepts(headers.get('dpop'), occasion, this.#freshness.now())) ? verdict : refusal('proof_required')
  }

  silence(): number {
    return this.#freshness.silence()
  }

  async ready(): Promise<void> {
    await (this.#follower?.ready ?? this.#keys.load())
  }

  close(): void {
    this.#follower?.close()
    this.#freshness.forget()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async #verifyNew(token: string): Promise<Remembered | undefined> {
    const claims = await this.#keys.verify(token)
    if (claims === undefined) return undefined
    const known = { claims, principal: principalOf(claims) }
    this.#remembered.set(token, known)
    return known
  }

  async #judgeInSilence(token: string, principal: VerifiedPrincipal): Promise<Verdict> {
    switch (this.#options.whenSilent) {
      case 'refuse':
        return refusal('silent')
      case 'ask':
        return (await askIssuer(this.#options, token, principal.sid)) ?? { ok: true, principal, freshness: 0 }
      case 'accept':
        return { ok: true, principal, freshness: this.#freshness.silence() }
    }
  }
}
