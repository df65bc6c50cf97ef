// What a verifier can be told, and what it does where it is not.

import { TOKEN_ALGORITHMS, type TokenAlgorithm } from '../domain/public-key.ts'

/** What becomes of a token while Latchkey is not heard: it is refused, Latchkey is asked, or its signature is believed. */
export type FeedLossPolicy = 'refuse' | 'introspect' | 'accept'

export interface VerifierOptions {
  /** The public URL of Latchkey: what tokens name as `iss`. */
  readonly issuer: string
  /** What tokens must name as `aud`; the issuer where it is not set. */
  readonly audience?: string
  /** The algorithms of tokens that are accepted, each with keys of its own kind alone; `EdDSA` and `ES256` where it is not set. */
  readonly algorithms?: readonly TokenAlgorithm[]
  /** Made by `latchkey service-key create NAME`. Without one the endings cannot be followed, and Latchkey is always silent. */
  readonly serviceKey?: string
  /** `refuse` where it is not set. */
  readonly onFeedLoss?: FeedLossPolicy
  /** Milliseconds without a word from Latchkey after which it is silent; 1000 where it is not set, which is the stated bound. */
  readonly maxFeedLagMs?: number
  /** Tokens remembered at most, some 500 bytes each; 50000 where it is not set. */
  readonly capacity?: number
  /** Instead of the runtime's own. */
  readonly fetch?: typeof globalThis.fetch
  /** Told of faults: a wrong key, a server that is away, an answer that is no key set. Most are a `VerifierFault`. It is tried again all the same. */
  readonly onFault?: (fault: Error) => void
}

export interface ResolvedOptions {
  /** Without a slash at its end. */
  readonly issuer: string
  readonly audience: string
  readonly algorithms: readonly TokenAlgorithm[]
  readonly serviceKey: string | undefined
  readonly onFeedLoss: FeedLossPolicy
  readonly maxFeedLagMs: number
  readonly capacity: number
  readonly fetch: typeof globalThis.fetch
  readonly onFault: (fault: Error) => void
}

const FEED_LOSS_POLICIES: readonly FeedLossPolicy[] = ['refuse', 'introspect', 'accept']

/** @throws TypeError naming the option and what is accepted */
export function resolveOptions(options: VerifierOptions): ResolvedOptions {
  const { issuer, serviceKey, onFeedLoss = 'refuse', maxFeedLagMs = 1_000, capacity = 50_000, algorithms = TOKEN_ALGORITHMS } = options
  if (typeof issuer !== 'string' || !/^https?:\/\//.test(issuer) || !URL.canParse(issuer)) {
    throw new TypeError('issuer: accepted is the public URL of Latchkey, such as https://login.example.com')
  }
  if (!(Array.isArray(algorithms) && algorithms.length > 0 && algorithms.every((name) => TOKEN_ALGORITHMS.includes(name)))) {
    throw new TypeError(`algorithms: accepted is a list of ${TOKEN_ALGORITHMS.join(', ')}`)
  }
  if (!FEED_LOSS_POLICIES.includes(onFeedLoss)) throw new TypeError(`onFeedLoss: accepted are ${FEED_LOSS_POLICIES.join(', ')}`)
  if (serviceKey === undefined && onFeedLoss === 'refuse') {
    throw new TypeError('serviceKey: without a key, made by `latchkey service-key create NAME`, every token would be refused')
  }
  if (!(maxFeedLagMs >= 300)) throw new TypeError('maxFeedLagMs: accepted are milliseconds from 300: Latchkey speaks every 250')
  if (!(Number.isInteger(capacity) && capacity >= 2)) throw new TypeError('capacity: accepted is a whole number from 2')
  const issuerWithoutSlash = issuer.replace(/\/$/, '')
  return {
    issuer: issuerWithoutSlash,
    audience: options.audience ?? issuerWithoutSlash,
    algorithms: [...algorithms],
    serviceKey,
    onFeedLoss,
    maxFeedLagMs,
    capacity,
    fetch: options.fetch ?? ((...request) => globalThis.fetch(...request)),
    onFault: withoutThrowing(options.onFault ?? (() => {})),
  }
}

/** Whoever is told of a fault must not be able to end the following with one of their own. */
function withoutThrowing(onFault: (fault: Error) => void): (fault: Error) => void {
  return (fault) => {
    try {
      onFault(fault)
    } catch {
      // It is the listener's own, and there is nobody else to tell.
    }
  }
}
