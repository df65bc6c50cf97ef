// The verifier's options: validation and defaults.

import { TOKEN_ALGORITHMS, type TokenAlgorithm } from '../domain/public-key.ts'

/** Policy while the revocation feed is unavailable: refuse tokens, introspect each at Latchkey, or accept by signature and expiry. */
export type FeedLossPolicy = 'refuse' | 'introspect' | 'accept'

export interface VerifierOptions {
  /** The public URL of Latchkey: the `iss` of its tokens. */
  readonly issuer: string
  /** The required `aud` of tokens; the issuer by default. */
  readonly audience?: string
  /** Accepted signature algorithms, each with keys of its own type only; `EdDSA` and `ES256` by default. */
  readonly algorithms?: readonly TokenAlgorithm[]
  /** From `latchkey service-key create NAME`. Without it there is no revocation feed, and `onFeedLoss` applies to every token. */
  readonly serviceKey?: string
  /** `refuse` by default. */
  readonly onFeedLoss?: FeedLossPolicy
  /** The feed counts as unavailable when its lag exceeds this, in milliseconds; 1000 by default, the documented bound. */
  readonly maxFeedLagMs?: number
  /** Verified tokens cached at most, about 500 bytes each; 50000 by default. */
  readonly capacity?: number
  /** The runtime's own by default. */
  readonly fetch?: typeof globalThis.fetch
  /** Called with each fault: a wrong service key, an unreachable server, an invalid key set. Most are a `VerifierFault`. All are retried. */
  readonly onFault?: (fault: Error) => void
}

export interface ResolvedOptions {
  /** Without a trailing slash. */
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
  if (!(maxFeedLagMs >= 300)) throw new TypeError('maxFeedLagMs: accepted are milliseconds from 300: Latchkey sends a heartbeat every 250')
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

/** An exception in the listener must not stop the revocation stream. */
function withoutThrowing(onFault: (fault: Error) => void): (fault: Error) => void {
  return (fault) => {
    try {
      onFault(fault)
    } catch {
      // A fault of the listener itself: there is no other place to report it.
    }
  }
}
