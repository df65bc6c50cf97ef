// An index of ids by time: one list (bucket) for each minute, so that an entry costs little more memory than its id. It may contain stale
// ids: the callback of a scan checks each.

import type { Connection } from './connection.ts'
import type { Keys } from './keys.ts'

const MINUTE = 60_000
/** Ids in one batch of a scan. */
const BATCH = 500

/** An id to remove from the bucket, and where to add it, if it moves. */
export interface Removal {
  readonly id: string
  readonly next?: { readonly index: TimeIndex; readonly at: number }
}

export interface ScanResult {
  readonly removals: readonly Removal[]
  readonly isEnough: boolean
}

/** Checks a batch of ids. `isInBucket` returns true for times of the minute in whose bucket they are. */
export type ScanCallback = (ids: readonly string[], isInBucket: (at: number) => boolean) => Promise<ScanResult>

export class TimeIndex {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #name: string

  constructor(connection: Connection, keys: Keys, name: string) {
    this.#connection = connection
    this.#keys = keys
    this.#name = name
  }

  /** Adds ids to the bucket of this time. */
  async add(ids: readonly string[], at: number): Promise<void> {
    if (ids.length === 0) return
    const minute = minuteOf(at)
    const bucket = this.#keys.timeIndexBucket(this.#name, minute)
    // The bucket first: a scan would unregister a minute without a bucket.
    await this.#connection.send(bucket, 'RPUSH', bucket, ...ids)
    await this.#registerMinute(minute)
  }

  /** Calls `callback` with the ids of all minutes up to that of `until`, in batches, until it has found enough. */
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
   * Of concurrent scans, one removes an entry, and only its entry in the next bucket stays: entries never multiply. The new entry is
   * added first, so that a crash in between leaves one entry too many rather than none.
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

  /** Unregisters a minute whose bucket is empty. A concurrent `add` is either seen here, or registers the minute again. */
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
