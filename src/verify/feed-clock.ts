// Measures how old the revocation feed is: the time since the last heartbeat was written, by a monotonic and a wall clock. The larger one
// counts: the monotonic clock stops while the machine sleeps, and the wall clock can be set.

export interface Clocks {
  /** A clock that is never set back, in milliseconds. */
  readonly monotonic: () => number
  /** Milliseconds since 1970. */
  readonly wall: () => number
}

export const SYSTEM_CLOCKS: Clocks = { monotonic: () => performance.now(), wall: () => Date.now() }

/** The drift of two clocks while a connection is in use stays below this, in milliseconds. */
const MAX_CLOCK_DRIFT_MS = 150
const RECONNECT_AFTER_MS = 10 * 60_000

interface Moment {
  readonly monotonic: number
  readonly wall: number
}

interface Heartbeat extends Moment {
  /** When the server wrote it, by the server's clock. */
  readonly sentAt: number
  /** The longest time that it can have been in transit, in milliseconds. */
  readonly delayMs: number
}

export class FeedClock {
  readonly #clocks: Clocks
  readonly #maxFeedLagMs: number
  #lastHeartbeat: Heartbeat | undefined
  #requestedAt: Moment
  #firstSentAt: number | undefined

  constructor(clocks: Clocks, maxFeedLagMs: number) {
    this.#clocks = clocks
    this.#maxFeedLagMs = maxFeedLagMs
    this.#requestedAt = this.#readClocks()
  }

  /** Call this right before requesting the revocation feed. */
  requestStarted(): void {
    this.#requestedAt = this.#readClocks()
    this.#firstSentAt = undefined
  }

  /** The first event of the server, written at `sentAt` by the server's clock. */
  firstEventReceived(sentAt: number): void {
    this.#firstSentAt ??= sentAt
  }

  /**
   * A heartbeat, written at `sentAt` by the server's clock. The server wrote its first event after our request. So the time that
   * passed here since the request, minus the time between the first event and this heartbeat by the server's clock, is an upper
   * bound of the transit time, however slow the connection is. Returns true when the heartbeat is recent enough to count.
   */
  heartbeatReceived(sentAt: number): boolean {
    if (!Number.isFinite(sentAt)) return false
    this.firstEventReceived(sentAt)
    const now = this.#readClocks()
    const delayMs = elapsed(this.#requestedAt, now) - (sentAt - (this.#firstSentAt ?? sentAt))
    // More time has passed on the server than here: one clock was set, and the difference means nothing.
    if (delayMs < -MAX_CLOCK_DRIFT_MS) return false
    this.#lastHeartbeat = { ...now, sentAt, delayMs: Math.max(0, delayMs) }
    return !this.isStale
  }

  /** True when the clocks may have drifted since the request: time to reconnect. */
  get needsReconnect(): boolean {
    return elapsed(this.#requestedAt, this.#readClocks()) > RECONNECT_AFTER_MS
  }

  /** Returns to the state before the first heartbeat. */
  reset(): void {
    this.#lastHeartbeat = undefined
  }

  /** Milliseconds since the last heartbeat was written; infinite before the first. */
  lagMs(): number {
    if (this.#lastHeartbeat === undefined) return Number.POSITIVE_INFINITY
    const { monotonic, wall } = this.#clocks
    return this.#lastHeartbeat.delayMs + Math.max(monotonic() - this.#lastHeartbeat.monotonic, Math.abs(wall() - this.#lastHeartbeat.wall))
  }

  get isStale(): boolean {
    return this.lagMs() > this.#maxFeedLagMs
  }

  /**
   * The current time in milliseconds since 1970, by the issuer's clock while the feed is current. So a wrong local clock makes no
   * token live longer or shorter.
   */
  now(): number {
    const { monotonic, wall } = this.#clocks
    if (this.#lastHeartbeat === undefined) return wall()
    const issuersNow = this.#lastHeartbeat.sentAt + monotonic() - this.#lastHeartbeat.monotonic
    return this.isStale ? Math.max(issuersNow, wall()) : issuersNow
  }

  #readClocks(): Moment {
    return { monotonic: this.#clocks.monotonic(), wall: this.#clocks.wall() }
  }
}

function elapsed(from: Moment, to: Moment): number {
  return Math.max(to.monotonic - from.monotonic, to.wall - from.wall)
}
