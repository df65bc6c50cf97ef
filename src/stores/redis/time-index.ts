// What is to be looked at from some minute on: one list of ids for each minute, so that an id costs little more than its own
// characters. An entry is a hint: what it names may be gone or may have moved, and whoever looks decides.

import type { Connection } from './connection.ts'
import type { Keys } from './keys.ts'

const MINUTE = 60_000
/** Ids looked at in one round. */
const BATCH = 500

/** An id that need not be looked at again here, and where it goes on, if it does. */
export interface Removal {
  readonly id: string
  readonly next?: { readonly index: TimeIndex; readonly at: number }
}

export interface ScanResult {
  readonly removals: readonly Removal[]
  readonly isEnough: boolean
}

/** Looks at some ids. `isHere` tells whether a time belongs to the minute for which they were noted. */
export type ScanCallback = (ids: readonly string[], isHere: (at: number) => boolean) => Promise<ScanResult>

export class TimeIndex {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #name: string

  constructor(connection: Connection, keys: Keys, name: string) {
    this.#connection = connection
    this.#keys = keys
    this.#name = name
  }

  /** Notes ids for the minute of this time. */
  async add(ids: readonly string[], at: number): Promise<void> {
    if (ids.length === 0) return
    const minute = minuteOf(at)
    const bucket = this.#keys.timeIndexBucket(this.#name, minute)
    // The page first: a page that is not listed yet is found a moment later, a minute without a page is struck off.
    await this.#connection.send(bucket, 'RPUSH', bucket, ...ids)
    await this.#registerMinute(minute)
  }

  /** Goes through what is noted for minutes up to that of `until`, in batches, until `look` has found enough. */
  async scan(until: number, callback: ScanCallback): Promise<void> {
    for (const minute of await this.#minutesUntil(until)) {
      const bucket = this.#keys.timeIndexBucket(this.#name, minute)
      const isInBucket = (at: number) => minuteOf(at) === minute
      for (let from = 0; ; ) {
        const ids = (await this.#connection.send(bucket, 'LRANGE', bucket, from, from + BATCH - 1)) as readonly string[]
        if (ids.length === 0) break
        const { removals, isEnough } = await callback(ids, isInBucket)
        await Promise.all(removals.map((each) => this.#remove(bucket, each)))
        if (isEnough) return
        from += ids.length - removals.length
      }
      await this.#unregisterMinute(minute)
    }
  }

  /**
   * Of several who look at the same time one strikes an entry off, and its note alone stays: entries never multiply. The note
   * comes first, so that whoever is killed in between leaves one too many rather than none.
   */
  async #remove(bucket: string, { id, next }: Removal): Promise<void> {
    if (next !== undefined) await next.index.add([id], next.at)
    const removed = await this.#connection.send(bucket, 'LREM', bucket, 1, id)
    if (removed === 0 && next !== undefined) await next.index.#undoAdd(id, next.at)
  }

  async #undoAdd(id: string, at: number): Promise<void> {
    const bucket = this.#keys.timeIndexBucket(this.#name, minuteOf(at))
    await this.#connection.send(bucket, 'LREM', bucket, -1, id)
  }

  async #minutesUntil(until: number): Promise<readonly string[]> {
    const key = this.#keys.timeIndexMinutes(this.#name)
    return (await this.#connection.send(key, 'ZRANGE', key, '-inf', minuteOf(until), 'BYSCORE')) as readonly string[]
  }

  async #registerMinute(minute: string): Promise<void> {
    const key = this.#keys.timeIndexMinutes(this.#name)
    await this.#connection.send(key, 'ZADD', key, minute, minute)
  }

  /** Strikes a minute off that has nothing left. What is noted in this very moment is seen, or lists the minute again. */
  async #unregisterMinute(minute: string): Promise<void> {
    const bucket = this.#keys.timeIndexBucket(this.#name, minute)
    if ((await this.#connection.send(bucket, 'EXISTS', bucket)) === 1) return
    const key = this.#keys.timeIndexMinutes(this.#name)
    await this.#connection.send(key, 'ZREM', key, minute)
    if ((await this.#connection.send(bucket, 'EXISTS', bucket)) === 1) await this.#registerMinute(minute)
  }
}

function minuteOf(at: number): string {
  return String(Math.floor(at / MINUTE))
}
