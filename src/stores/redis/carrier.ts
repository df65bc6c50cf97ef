// Redis can lose what it was told last: it is restored from an older copy, or a replica takes over. What somebody has ended
// must stay ended, so the database keeps the tombstones, and whenever a connection is new they are carried into Redis again,
// before anything is read from it.

import type { LogEntry } from '../../domain/ending.ts'
import type { Change, EndedMark, Store } from '../../ports/store.ts'
import { type Connection, script } from './connection.ts'
import type { CredentialShelf } from './credential-shelf.ts'
import type { EndingStream } from './ending-stream.ts'
import type { Keys } from './keys.ts'

/** How far back the carrying begins before what is known to have arrived: clocks differ, and writes overtake each other. */
const MARGIN = 10 * 60_000
const BATCH = 500

/** Time. Only ever moves forward. */
const NOTE = script(`
  if tonumber(ARGV[1]) > tonumber(redis.call('GET', KEYS[1]) or '0') then redis.call('SET', KEYS[1], ARGV[1]) end`)

export interface CarrierParts {
  readonly connection: Connection
  readonly keys: Keys
  readonly shelf: CredentialShelf
  readonly stream: EndingStream
  readonly database: Store
}

export class Carrier {
  readonly #parts: CarrierParts
  /** Counts connections: what was begun on an earlier one says nothing about this one. */
  #epoch = 0
  #caughtUpIn = -1
  #carrying: Promise<void> | undefined

  constructor(parts: CarrierParts) {
    this.#parts = parts
    parts.connection.watch(() => {
      this.#epoch += 1
    })
  }

  /** True until everything that has ended is known to have reached the Redis behind this connection. */
  get isBehind(): boolean {
    return this.#caughtUpIn !== this.#epoch
  }

  /** Carries what may be missing; who asks meanwhile waits for the same. @throws StoreError while either side is down */
  async catchUp(): Promise<void> {
    while (this.isBehind) {
      this.#carrying ??= this.#carry(this.#epoch).finally(() => {
        this.#carrying = undefined
      })
      await this.#carrying
    }
  }

  /** To be taken before a write: see `note`. */
  mark(): number {
    return this.#epoch
  }

  /** Notes that the endings of a write have arrived, unless the connection has changed since: then nobody knows. */
  async note(changes: readonly Change[], mark: number): Promise<void> {
    const latest = Math.max(0, ...changes.map((change) => (change.do === 'end credentials' ? change.at : 0)))
    if (latest > 0 && mark === this.#epoch) await this.#note(latest)
  }

  /** Writes to Redis, and changes nothing. @throws StoreError */
  async probe(): Promise<void> {
    await this.#note(0)
  }

  async #carry(epoch: number): Promise<void> {
    const { connection, keys, shelf, stream, database } = this.#parts
    const carried = await connection.send(keys.carried(), 'GET', keys.carried())
    const told = new Set((await stream.readAfter(0)).entries.flatMap((entry) => (entry.kind === 'ended' ? [entry.sid] : [])))
    let mark: EndedMark = { endedAt: Math.max(0, Number(carried ?? 0) - MARGIN), id: '' }
    for (let last: EndedMark | undefined = mark; last !== undefined; ) {
      const tombstones = await database.credentials.listEnded(mark, BATCH)
      await Promise.all(tombstones.map((tombstone) => shelf.records.bury(tombstone)))
      const missing = tombstones.filter(({ was, id }) => was === 'session' && !told.has(id))
      await stream.append(missing.map(({ id: sid, endedAt: at, reason }): LogEntry => ({ kind: 'ended', sid, at, reason })))
      last = tombstones.at(-1)
      mark = last ?? mark
    }
    await this.#note(mark.endedAt)
    this.#caughtUpIn = epoch
  }

  async #note(at: number): Promise<void> {
    const { connection, keys } = this.#parts
    await connection.run(NOTE, keys.carried(), at)
  }
}
