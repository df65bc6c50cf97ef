// How long ago Latchkey was last heard. Two clocks are asked, and the worse answer counts: one stands still while a machine
// sleeps, the other one can be set.

export interface Clocks {
  /** Milliseconds that only ever grow. */
  readonly steady: () => number
  /** Milliseconds since 1970. */
  readonly wall: () => number
}

export const SYSTEM_CLOCKS: Clocks = { steady: () => performance.now(), wall: () => Date.now() }

/** Two clocks drift apart by less than this, in milliseconds, while a connection is in use. */
const DRIFT = 150
const WORN_AFTER = 10 * 60_000

interface Moment {
  readonly steady: number
  readonly wall: number
}

interface Heard extends Moment {
  /** When it was written, by the clock of the server. */
  readonly saidAt: number
  /** At most this long it was on its way, in milliseconds. */
  readonly late: number
}

export class Freshness {
  readonly #clocks: Clocks
  readonly #maxSilence: number
  #heard: Heard | undefined
  #asked: Moment
  #answeredAt: number | undefined

  constructor(clocks: Clocks, maxSilence: number) {
    this.#clocks = clocks
    this.#maxSilence = maxSilence
    this.#asked = this.#moment()
  }

  /** To be called right before the endings are asked for. */
  asked(): void {
    this.#asked = this.#moment()
    this.#answeredAt = undefined
  }

  /** The first word of the server, which it wrote at `saidAt` by its own clock. */
  answered(saidAt: number): void {
    this.#answeredAt ??= saidAt
  }

  /**
   * A heartbeat that the server wrote at `saidAt` by its own clock: it says how things were then. The server's first word was
   * written after we had asked. So what has passed here since we asked, less what passed there between that word and this
   * heartbeat, is the longest that it can have been on its way, however slow the line is. Returns true where that is recent
   * enough to count.
   */
  heard(saidAt: number): boolean {
    if (!Number.isFinite(saidAt)) return false
    this.answered(saidAt)
    const now = this.#moment()
    const late = elapsed(this.#asked, now) - (saidAt - (this.#answeredAt ?? saidAt))
    // More time has passed there than here: a clock was set, and nothing that is reckoned from it says anything.
    if (late < -DRIFT) return false
    this.#heard = { ...now, saidAt, late: Math.max(0, late) }
    return !this.isSilent
  }

  /** True when the clocks may have drifted apart since we asked: it is time to ask again. */
  get isWorn(): boolean {
    return elapsed(this.#asked, this.#moment()) > WORN_AFTER
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

  #moment(): Moment {
    return { steady: this.#clocks.steady(), wall: this.#clocks.wall() }
  }
}

function elapsed(from: Moment, to: Moment): number {
  return Math.max(to.steady - from.steady, to.wall - from.wall)
}
