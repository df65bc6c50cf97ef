// How long ago Latchkey was last heard. Two clocks are asked, and the worse answer counts: one stands still while a machine
// sleeps, the other one can be set.

export interface Clocks {
  /** Milliseconds that only ever grow. */
  readonly steady: () => number
  /** Milliseconds since 1970. */
  readonly wall: () => number
}

export const SYSTEM_CLOCKS: Clocks = { steady: () => performance.now(), wall: () => Date.now() }

/** Heartbeats after which an old idea of how quick the line is gives way to a newer one: clocks drift apart. */
const REMEMBERED = 200

export class Freshness {
  readonly #clocks: Clocks
  readonly #maxSilence: number
  #heard: { readonly steady: number; readonly wall: number; readonly saidAt: number } | undefined
  /** By how much our steady clock was ahead of what the server said, at the least: lately, and before that. */
  #leastLag = Number.POSITIVE_INFINITY
  #leastLagBefore = Number.POSITIVE_INFINITY
  #count = 0

  constructor(clocks: Clocks, maxSilence: number) {
    this.#clocks = clocks
    this.#maxSilence = maxSilence
  }

  /** A new connection: nothing that comes on it was written before. */
  connected(): void {
    this.#leastLag = Number.POSITIVE_INFINITY
    this.#leastLagBefore = Number.POSITIVE_INFINITY
  }

  /**
   * A heartbeat that the server wrote at `saidAt` by its own clock. Returns false for one that lay somewhere on the way, while
   * this process stood still or the line was slow: it says how things were then, and the words that count have yet to come.
   */
  heard(saidAt: number): boolean {
    const steady = this.#clocks.steady()
    const lag = steady - saidAt
    if (lag - Math.min(this.#leastLag, this.#leastLagBefore) > this.#maxSilence / 2) return false
    this.#leastLag = Math.min(this.#leastLag, lag)
    this.#count += 1
    if (this.#count % REMEMBERED === 0) {
      this.#leastLagBefore = this.#leastLag
      this.#leastLag = Number.POSITIVE_INFINITY
    }
    this.#heard = { steady, wall: this.#clocks.wall(), saidAt }
    return true
  }

  /** As if nothing had been heard yet. */
  forget(): void {
    this.#heard = undefined
  }

  /** Milliseconds since the last heartbeat; infinite before the first. */
  silence(): number {
    if (this.#heard === undefined) return Number.POSITIVE_INFINITY
    const { steady, wall } = this.#clocks
    return Math.max(steady() - this.#heard.steady, Math.abs(wall() - this.#heard.wall))
  }

  get isSilent(): boolean {
    return this.silence() > this.#maxSilence
  }

  /**
   * What time it is, in milliseconds since 1970: by the clock that tokens are issued by, while it is heard. So our own may be
   * wrong, or be set, and no token lives longer or shorter for it.
   */
  now(): number {
    const { steady, wall } = this.#clocks
    if (this.#heard === undefined) return wall()
    const issuersNow = this.#heard.saidAt + steady() - this.#heard.steady
    return this.isSilent ? Math.max(issuersNow, wall()) : issuersNow
  }
}
