// Redis can lose what it was told last: it is restored from an older copy, or a replica takes over. What somebody has ended
// must stay ended, so the database keeps the tombstones, and whenever a connection is new they are carried into Redis again,
// before anything is read from it.

import { setTimeout as pause } from 'node:timers/promises'
import type { Tombstone } from '../../domain/credential.ts'
import type { LogEntry } from '../../domain/ending.ts'
import { StoreError } from '../../domain/errors.ts'
import { MAX_CLOCK_SKEW } from '../../domain/token.ts'
import type { Change, EndedMark, Store } from '../../ports/store.ts'
import { isOffline } from './client.ts'
import { type Connection, script } from './connection.ts'
import type { CredentialShelf } from './credential-shelf.ts'
import type { EndingStream } from './ending-stream.ts'
import type { Keys } from './keys.ts'

/** How far back the carrying begins before what is known to have arrived: clocks differ, and writes overtake each other. */
const MARGIN = 60 * 60_000
/** How far what has arrived is noted does not matter by less than the margin. */
const NOTE_EVERY = 60_000
const RETRY_AFTER = 200
const LONGEST_PAUSE = 10_000
/** What was sent to a database may still land this long after it was given up, in milliseconds. */
const LATE_COMMIT = 30_000
const BATCH = 500
/** One node of a cluster can come back older than the others. Of so many places every node has some; the oldest note counts. */
const PLACES_IN_CLUSTER = 1_024

/** Time. Only ever moves forward, and never ahead of Redis: a server whose clock is wrong must not note what is still to come. */
const NOTE = script(`
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local latest = math.max(tonumber(ARGV[1]), tonumber(redis.call('GET', KEYS[1]) or '0'))
  redis.call('SET', KEYS[1], string.format('%.0f', math.min(latest, now)))`)

export interface CarrierParts {
  readonly connection: Connection
  readonly keys: Keys
  readonly shelf: CredentialShelf
  readonly stream: EndingStream
  readonly database: Store
  /** Milliseconds. What ended longer ago is no news to anybody. */
  readonly tokenLifetime: number
}

export class Carrier {
  readonly #parts: CarrierParts
  readonly #places: readonly string[]
  /** Counts connections: what was begun on an earlier one says nothing about this one. */
  #epoch = 0
  #caughtUpIn = -1
  #carrying: Promise<void> | undefined
  #notedAt = Number.NEGATIVE_INFINITY
  #doubtedAt = Number.NEGATIVE_INFINITY
  #isResolving = false
  #closed = false

  constructor(parts: CarrierParts) {
    this.#parts = parts
    const { connection, keys } = parts
    this.#places = Array.from({ length: connection.isCluster ? PLACES_IN_CLUSTER : 1 }, (_, place) => keys.carried(place))
    connection.watch(() => {
      this.#epoch += 1
    })
  }

  /** True until everything that has ended is known to have reached the Redis behind this connection. */
  get isBehind(): boolean {
    return this.#caughtUpIn !== this.#epoch
  }

  close(): void {
    this.#closed = true
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
    if (latest === 0 || mark !== this.#epoch || performance.now() - this.#notedAt < NOTE_EVERY) return
    this.#notedAt = performance.now()
    await this.#note(latest)
  }

  /**
   * The database may have tombstones that Redis has not: its answer to a write was lost. They are carried as soon as it
   * answers again, and nobody waits for it: whoever asked for the write was told of the fault. Never rejects.
   */
  async doubt(): Promise<void> {
    this.#doubtedAt = performance.now()
    if (this.#isResolving) return
    this.#isResolving = true
    let carriedAt = Number.NEGATIVE_INFINITY
    for (
      let length = RETRY_AFTER;
      carriedAt < this.#doubtedAt + LATE_COMMIT && !this.#closed;
      length = Math.min(2 * length, LONGEST_PAUSE)
    ) {
      await pause(length, undefined, { ref: false })
      const began = performance.now()
      // Where either side is still down, the next round tries again.
      const isCarried = await this.#carry(this.#epoch).then(
        () => true,
        () => false,
      )
      if (isCarried) carriedAt = began
    }
    this.#isResolving = false
  }

  /** Writes to Redis, and changes nothing. @throws StoreError */
  async probe(): Promise<void> {
    const [first] = this.#places
    if (first !== undefined) await this.#parts.connection.run(NOTE, first, 0)
  }

  async #carry(epoch: number): Promise<void> {
    const { shelf, stream, database } = this.#parts
    let mark: EndedMark = { endedAt: Math.max(0, (await this.#carried()) - MARGIN), id: '' }
    let told: ReadonlySet<string> | undefined
    for (;;) {
      const tombstones = await database.credentials.listEnded(mark, BATCH)
      const last = tombstones.at(-1)
      if (last === undefined) break
      mark = last
      told ??= await this.#told()
      await Promise.all(tombstones.map((tombstone) => unlessAway(shelf.records.bury(tombstone))))
      await stream.append(this.#news(tombstones, told))
      await this.#note(mark.endedAt)
    }
    this.#caughtUpIn = epoch
  }

  /** Sessions of which everybody has heard already. */
  async #told(): Promise<ReadonlySet<string>> {
    const { entries } = await this.#parts.stream.readAfter(0)
    return new Set(entries.flatMap((entry) => (entry.kind === 'revoked' ? [entry.sid] : [])))
  }

  #news(tombstones: readonly Tombstone[], told: ReadonlySet<string>): readonly LogEntry[] {
    const since = Date.now() - this.#parts.tokenLifetime - 2 * MAX_CLOCK_SKEW
    return tombstones
      .filter(({ was, id, endedAt }) => was === 'session' && endedAt > since && !told.has(id))
      .map(({ id: sid, endedAt: at, reason }): LogEntry => ({ kind: 'revoked', sid, at, reason }))
  }

  async #carried(): Promise<number> {
    const { connection } = this.#parts
    const noted = await Promise.all(this.#places.map((place) => unlessAway(connection.send(place, 'GET', place))))
    const known = noted.filter((time) => time !== undefined)
    if (known.length === 0) throw new StoreError(`${connection.subject} is away.`)
    return Math.min(...known.map(Number))
  }

  async #note(at: number): Promise<void> {
    await Promise.all(this.#places.map((place) => unlessAway(this.#parts.connection.run(NOTE, place, at))))
  }
}

/** A node of a cluster that is away holds nobody up: nothing is read from it either, and when it is back, the connection is new. */
async function unlessAway<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof StoreError && isOffline(error.cause)) return undefined
    throw error
  }
}
