// Constant-time refusals: refusing a password takes as long as the slowest kind of hash in the store, so that timing does not reveal
// imported users. The remaining time is waited for, without CPU time.

import { hashCount, slowestSamples } from '../domain/hash-cost.ts'
import { HOUR } from '../domain/time.ts'
import type { CallerSignal } from '../ports/caller-signal.ts'
import type { Timers } from '../ports/clock.ts'
import type { PasswordHasher } from '../ports/passwords.ts'

/** Safety factor on the measured time, for machines that are busier later. */
const HEADROOM = 1.25
const MEASUREMENTS = 3
/** Refusals that may wait at the same time; beyond that nothing is verified. Hashing is too slow to reach it. */
const MAX_WAITING = 1000
/** The maximum factor by which a busy machine may extend all refusals. */
const MAX_SLOWDOWN = 4
/** How often the measurement is repeated: machines change, and may have been busy. */
const MEASURE_INTERVAL = HOUR

export interface RefusalTimingOptions {
  readonly hasher: PasswordHasher
  readonly timers: Timers
}

export class RefusalTiming {
  readonly #options: RefusalTimingOptions
  #samples: readonly string[] = []
  /** Milliseconds of one hash of the slowest kind; undefined until it is measured. */
  #slowest: number | undefined = 0
  /** `#slowest`, or longer while the machine is busier than during the measurement. */
  #extended = 0
  #measuring: Promise<void> | undefined
  #waiting = 0

  constructor(options: RefusalTimingOptions) {
    this.#options = options
  }

  /** True while the maximum number of refusals wait: then nothing is verified, for any user. */
  get isOverloaded(): boolean {
    return this.#waiting >= MAX_WAITING
  }

  /** @param samples dummy hashes of all kinds in the store other than the current cost: see `equalCostHash` */
  setSamples(samples: readonly string[]): void {
    const next = slowestSamples(samples)
    if (next.join() === this.#samples.join()) return
    this.#samples = next
    this.#slowest = next.length === 0 ? 0 : undefined
    this.#extended = 0
    this.#measuring = undefined
    if (next.length > 0) void this.measure()
  }

  /** Adds to the known samples. @param samples as for `setSamples` */
  addSamples(samples: readonly string[]): void {
    this.setSamples([...this.#samples, ...samples])
  }

  /** True when a hash of this kind is refused no faster than the others. */
  includes(sample: string): boolean {
    return slowestSamples([...this.#samples, sample]).join() === this.#samples.join()
  }

  /** Measures the slowest hash. The previous result holds until it is done. */
  measure(): Promise<void> {
    if (this.#measuring !== undefined) return this.#measuring
    const measuring = this.#measureAll().finally(() => {
      if (this.#measuring === measuring) this.#measuring = undefined
    })
    this.#measuring = measuring
    return measuring
  }

  /** Measures periodically; returns a function that stops it. */
  start(): () => void {
    return this.#options.timers.every(MEASURE_INTERVAL, () => {
      if (this.#samples.length > 0) void this.measure()
    })
  }

  /**
   * Resolves when a refusal may be sent; at once when the store holds no hash slower than those of the current cost, and when the caller is
   * gone.
   *
   * @param took the duration of the verification in milliseconds, without the time in the queue
   */
  async waitUntilDue(typed: string, took: number, signal: CallerSignal | undefined): Promise<void> {
    if (this.#samples.length === 0) return
    this.#waiting += 1
    try {
      if (this.#slowest === undefined) await this.#untilMeasured(signal)
      const slowest = this.#slowest ?? 0
      const left = Math.ceil(HEADROOM * hashCount(typed) * Math.max(slowest, this.#extended) - took)
      // It took longer than expected: the next refusals take as long, until the next measurement.
      if (left < 0) this.#extended = Math.min(MAX_SLOWDOWN * slowest, took / hashCount(typed) / HEADROOM)
      if (left > 0 && !signal?.aborted) await this.#options.timers.wait(left, signal)
    } finally {
      this.#waiting -= 1
    }
  }

  /** Waits for the first measurement. The queue may be full at first, and a host's own hasher may not measure at all. */
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
        // The queue is full: the known value holds, and the next refusal tries again.
        if (took === undefined) return
        times.push(took)
      }
      // The fastest run is the actual cost; the others shared the machine.
      slowest = Math.max(slowest, Math.min(...times))
    }
    if (samples !== this.#samples) return
    this.#slowest = slowest
    this.#extended = 0
  }
}
