// How long ago Latchkey was last heard. Two clocks are asked, and the worse answer counts: one stands still while a machine
// sleeps, the other one can be set.

export interface Clocks {
  /** Milliseconds that only ever grow. */
  readonly monotonic: () => number
  /** Milliseconds since 1970. */
  readonly wall: () => number
}

export const SYSTEM_CLOCKS: Clocks = { monotonic: () => performance.now(), wall: () => Date.now() }

/** Two clocks drift apart by less than this, in milliseconds, while a connection is in use. */
const MAX_CLOCK_DRIFT_MS = 150
const RECONNECT_AFTER_MS = 10 * 60_000

interface Moment {
  readonly monotonic: number
  readonly wall: number
}

interface Heartbeat extends Moment {
  /** When it was written, by the clock of the server. */
  readonly sentAt: number
  /** At most this long it was on its way, in milliseconds. */
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

  /** To be called right before the endings are asked for. */
  requestStarted(): void {
    this.#requestedAt = this.#readClocks()
    this.#firstSentAt = undefined
  }

  /** The first word of the server, which it wrote at `saidAt` by its own clock. */
  firstEventReceived(sentAt: number): void {
    this.#firstSentAt ??= sentAt
  }

  /**
   * A heartbeat that the server wrote at `saidAt` by its own clock: it says how things were then. The server's first word was
   * written after we had asked. So what has passed here since we asked, less what passed there between that word and this
   * heartbeat, is the longest that it can have been on its way, however slow the line is. Returns true where that is recent
   * enough to count.
   */
  heartbeatReceived(sentAt: number): boolean {
    if (!Number.isFinite(sentAt)) return false
    this.firstEventReceived(sentAt)
    const now = this.#readClocks()
    const delayMs = elapsed(this.#requestedAt, now) - (sentAt - (this.#firstSentAt ?? sentAt))
    // More time has passed there than here: a clock was set, and nothing that is reckoned from it says anything.
    if (delayMs < -MAX_CLOCK_DRIFT_MS) return false
    this.#lastHeartbeat = { ...now, sentAt, delayMs: Math.max(0, delayMs) }
    return !this.isStale
  }

  /** True when the clocks may have drifted apart since we asked: it is time to ask again. */
  get needsReconnect(): boolean {
    return elapsed(this.#requestedAt, this.#readClocks()) > RECONNECT_AFTER_MS
  }

  /** As if nothing had been heard yet. */
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
   * What time it is, in milliseconds since 1970: by the clock that tokens are issued by, while it is heard. So our own may be
   * wrong, or be set, and no token lives longer or shorter for it.
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
