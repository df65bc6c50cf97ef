// How long it takes to refuse a password: as long as the slowest kind of hash that the store holds, so that the time does not tell who was
// imported from other software. What is missing is waited for, without processor time.

import { hashCount, slowestSamples } from '../domain/hash-cost.ts'
import { HOUR } from '../domain/time.ts'
import type { CallerSignal } from '../ports/caller.ts'
import type { Timers } from '../ports/clock.ts'
import type { PasswordHasher } from '../ports/passwords.ts'

/** Of what was measured: so much is added, for machines that are busier than when it was measured. */
const HEADROOM = 1.25
const MEASUREMENTS = 3
/** Refusals that may wait at the same time; beyond them nothing is verified. Hashing itself is slower than to reach it. */
const MAX_WAITING = 1000
/** How much longer than measured a busy machine may make all refusals take. */
const MAX_SLOWDOWN = 4
/** What was measured is measured again after this long: machines change, and were busy once. */
const MEASURE_INTERVAL = HOUR

export interface RefusalTimingOptions {
  readonly hasher: PasswordHasher
  readonly timers: Timers
}

export class RefusalTiming {
  readonly #options: RefusalTimingOptions
  #samples: readonly string[] = []
  /** Milliseconds of one hash of the slowest kind; undefined while it is not known. */
  #slowest: number | undefined = 0
  /** `#slowest`, or longer while the machine is busier than when it was measured. */
  #extended = 0
  #measuring: Promise<void> | undefined
  #waiting = 0

  constructor(options: RefusalTimingOptions) {
    this.#options = options
  }

  /** True while so many refusals wait that no more may: then nothing is verified, whoever is meant. */
  get isOverloaded(): boolean {
    return this.#waiting >= MAX_WAITING
  }

  /** @param samples of all kinds of hashes that the store holds beside those of current cost: see `equalCostHash` */
  setSamples(samples: readonly string[]): void {
    const next = slowestSamples(samples)
    if (next.join() === this.#samples.join()) return
    this.#samples = next
    this.#slowest = next.length === 0 ? 0 : undefined
    this.#extended = 0
    this.#measuring = undefined
    if (next.length > 0) void this.measure()
  }

  /** More than what was known. @param samples as for `know` */
  addSamples(samples: readonly string[]): void {
    this.setSamples([...this.#samples, ...samples])
  }

  /** True where a hash of this kind is refused no quicker than the others. */
  includes(sample: string): boolean {
    return slowestSamples([...this.#samples, sample]).join() === this.#samples.join()
  }

  /** Measures what takes longest. What was measured before holds until it is done. */
  measure(): Promise<void> {
    if (this.#measuring !== undefined) return this.#measuring
    const measuring = this.#measureAll().finally(() => {
      if (this.#measuring === measuring) this.#measuring = undefined
    })
    this.#measuring = measuring
    return measuring
  }

  /** Measures again and again; returns how to stop. */
  start(): () => void {
    return this.#options.timers.every(MEASURE_INTERVAL, () => {
      if (this.#samples.length > 0) void this.measure()
    })
  }

  /**
   * Resolves when a refusal may be answered; at once where the store holds no hash that takes longer than those of current cost, and when
   * the caller has gone.
   *
   * @param took how long verifying took, in milliseconds, without the time in the queue
   */
  async waitUntilDue(typed: string, took: number, signal: CallerSignal | undefined): Promise<void> {
    if (this.#samples.length === 0) return
    this.#waiting += 1
    try {
      if (this.#slowest === undefined) await this.#untilMeasured(signal)
      const slowest = this.#slowest ?? 0
      const left = Math.ceil(HEADROOM * hashCount(typed) * Math.max(slowest, this.#extended) - took)
      // It took longer than it should have: the next refusals take as long, until it is measured again.
      if (left < 0) this.#extended = Math.min(MAX_SLOWDOWN * slowest, took / hashCount(typed) / HEADROOM)
      if (left > 0 && !signal?.aborted) await this.#options.timers.wait(left, signal)
    } finally {
      this.#waiting -= 1
    }
  }

  /** Waits until the slowest is known. The queue may be full at first, and a hasher of a host's own may not measure at all. */
  async #untilMeasured(signal: CallerSignal | undefined): Promise<void> {
    for (let attempt = 0; attempt < MEASUREMENTS && this.#slowest === undefined && !signal?.aborted; attempt += 1) await this.measure()
  }

  async #measureAll(): Promise<void> {
    const samples = this.#samples
    let slowest = 0
    for (const sample of samples) {
      const times: number[] = []
      for (let time = 0; time < MEASUREMENTS; time += 1) {
        const took = await this.#options.hasher.measure?.(sample)
        // The queue is full: what was known holds, and the next refusal asks again.
        if (took === undefined) return
        times.push(took)
      }
      // The quickest is what it costs; the others had to share the machine.
      slowest = Math.max(slowest, Math.min(...times))
    }
    if (samples !== this.#samples) return
    this.#slowest = slowest
    this.#extended = 0
  }
}
