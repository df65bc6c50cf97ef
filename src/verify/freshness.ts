// How long ago Latchkey was last heard. Two clocks are asked, and the worse answer counts: one stands still while a machine
// sleeps, the other one can be set.

export interface Clocks {
  /** Milliseconds that only ever grow. */
  readonly steady: () => number
  /** Milliseconds since 1970. */
  readonly wall: () => number
}

export const SYSTEM_CLOCKS: Clocks = { steady: () => performance.now(), wall: () => Date.now() }

/** After so many heartbeats the idea of how quick the line is may get worse by so many milliseconds: clocks drift apart. */
const REMEMBERED = 200
const DRIFT = 20

interface Heard {
  readonly steady: number
  readonly wall: number
  /** When it was written, by the clock of the server. */
  readonly saidAt: number
  /** At most this long it was on its way, in milliseconds. */
  readonly late: number
}

export class Freshness {
  readonly #clocks: Clocks
  readonly #maxSilence: number
  #heard: Heard | undefined
  #roundTrip = Number.POSITIVE_INFINITY
  /** By how much our steady clock is ahead of the server's, as the quickest heartbeat of this connection has it. */
  #leastLag = Number.POSITIVE_INFINITY
  #leastLately = Number.POSITIVE_INFINITY
  #count = 0

  constructor(clocks: Clocks, maxSilence: number) {
    this.#clocks = clocks
    this.#maxSilence = maxSilence
  }

  /** A new connection, on which an answer took this long: nothing that comes on it was written before. */
  connected(roundTrip: number): void {
    this.#roundTrip = roundTrip
    this.#leastLag = Number.POSITIVE_INFINITY
    this.#leastLately = Number.POSITIVE_INFINITY
    this.#count = 0
  }

  /**
   * A heartbeat that the server wrote at `saidAt` by its own clock. It says how things were then: it was on its way for a round
   * trip at most, and for as much longer as it comes later than the quickest of its kind, because the line was slow or this
   * process stood still. Returns true where that is recent enough to count.
   */
  heard(saidAt: number): boolean {
    if (!Number.isFinite(saidAt)) return false
    const steady = this.#clocks.steady()
    const lag = steady - saidAt
    this.#leastLag = Math.min(this.#leastLag, lag)
    this.#leastLately = Math.min(this.#leastLately, lag)
    this.#count += 1
    if (this.#count % REMEMBERED === 0) {
      this.#leastLag = Math.min(this.#leastLately, this.#leastLag + DRIFT)
      this.#leastLately = Number.POSITIVE_INFINITY
    }
    this.#heard = { steady, wall: this.#clocks.wall(), saidAt, late: this.#roundTrip + Math.max(0, lag - this.#leastLag) }
    return !this.isSilent
  }

  /** As if nothing had been heard yet. */
  forget(): void {
    this.#heard = undefined
  }

  /** Milliseconds since the last heartbeat was written; infinite before the first. */
  silence(): number {
    if (this.#heard === undefined) return Number.POSITIVE_INFINITY
    const { steady, wall } = this.#clocks
    return this.#heard.late + Math.max(steady() - this.#heard.steady, Math.abs(wall() - this.#heard.wall))
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
