// What is to be looked at from some minute on: one list of ids for each minute, so that an id costs little more than its own
// characters. An entry is a hint: what it names may be gone or may have moved, and whoever looks decides.

import type { Connection } from './connection.ts'
import type { Keys } from './keys.ts'

const MINUTE = 60_000
/** Ids looked at in one round. */
const BATCH = 500

/** An id that need not be looked at again here, and where it goes on, if it does. */
export interface Done {
  readonly id: string
  readonly next?: { readonly calendar: Calendar; readonly at: number }
}

export interface Looked {
  readonly done: readonly Done[]
  readonly enough: boolean
}

/** Looks at some ids. `isHere` tells whether a time belongs to the minute for which they were noted. */
export type Look = (ids: readonly string[], isHere: (at: number) => boolean) => Promise<Looked>

export class Calendar {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #name: string

  constructor(connection: Connection, keys: Keys, name: string) {
    this.#connection = connection
    this.#keys = keys
    this.#name = name
  }

  /** Notes ids for the minute of this time. */
  async note(ids: readonly string[], at: number): Promise<void> {
    if (ids.length === 0) return
    const minute = minuteOf(at)
    const page = this.#keys.page(this.#name, minute)
    // The page first: a page that is not listed yet is found a moment later, a minute without a page is struck off.
    await this.#connection.send(page, 'RPUSH', page, ...ids)
    await this.#list(minute)
  }

  /** Goes through what is noted for minutes up to that of `until`, in batches, until `look` has found enough. */
  async look(until: number, look: Look): Promise<void> {
    for (const minute of await this.#minutesUntil(until)) {
      const page = this.#keys.page(this.#name, minute)
      const isHere = (at: number) => minuteOf(at) === minute
      for (let from = 0; ; ) {
        const ids = (await this.#connection.send(page, 'LRANGE', page, from, from + BATCH - 1)) as readonly string[]
        if (ids.length === 0) break
        const { done, enough } = await look(ids, isHere)
        await Promise.all(done.map((each) => this.#strike(page, each)))
        if (enough) return
        from += ids.length - done.length
      }
      await this.#strikeOff(minute)
    }
  }

  /**
   * Of several who look at the same time one strikes an entry off, and its note alone stays: entries never multiply. The note
   * comes first, so that whoever is killed in between leaves one too many rather than none.
   */
  async #strike(page: string, { id, next }: Done): Promise<void> {
    if (next !== undefined) await next.calendar.note([id], next.at)
    const struck = await this.#connection.send(page, 'LREM', page, 1, id)
    if (struck === 0 && next !== undefined) await next.calendar.#unnote(id, next.at)
  }

  async #unnote(id: string, at: number): Promise<void> {
    const page = this.#keys.page(this.#name, minuteOf(at))
    await this.#connection.send(page, 'LREM', page, -1, id)
  }

  async #minutesUntil(until: number): Promise<readonly string[]> {
    const key = this.#keys.minutes(this.#name)
    return (await this.#connection.send(key, 'ZRANGE', key, '-inf', minuteOf(until), 'BYSCORE')) as readonly string[]
  }

  async #list(minute: string): Promise<void> {
    const key = this.#keys.minutes(this.#name)
    await this.#connection.send(key, 'ZADD', key, minute, minute)
  }

  /** Strikes a minute off that has nothing left. What is noted in this very moment is seen, or lists the minute again. */
  async #strikeOff(minute: string): Promise<void> {
    const page = this.#keys.page(this.#name, minute)
    if ((await this.#connection.send(page, 'EXISTS', page)) === 1) return
    const key = this.#keys.minutes(this.#name)
    await this.#connection.send(key, 'ZREM', key, minute)
    if ((await this.#connection.send(page, 'EXISTS', page)) === 1) await this.#list(minute)
  }
}

function minuteOf(at: number): string {
  return String(Math.floor(at / MINUTE))
}
