// Redis can lose what it was told last: it is restored from an older copy, or a replica takes over. What somebody has ended
// must stay ended, so the database keeps the tombstones, and whenever a connection is new they are carried into Redis again,
// before anything is read from it.

import { setTimeout as pause } from 'node:timers/promises'
import type { Tombstone } from '../../domain/credential.ts'
import { StoreError } from '../../domain/errors.ts'
import type { RevocationLogEntry } from '../../domain/revocation.ts'
import { MAX_CLOCK_SKEW } from '../../domain/token.ts'
import type { Change, Store, TombstoneCursor } from '../../ports/store.ts'
import { isOffline } from './client.ts'
import { type Connection, script } from './connection.ts'
import type { IndexedCredentialStore } from './credential-store.ts'
import type { Keys } from './keys.ts'
import type { RevocationLogStream } from './revocation-log-stream.ts'

/** How far back the carrying begins before what is known to have arrived: clocks differ, and writes overtake each other. */
const OVERLAP_MS = 60 * 60_000
/** How far what has arrived is noted does not matter by less than the margin. */
const CHECKPOINT_INTERVAL_MS = 60_000
const RETRY_DELAY_MS = 200
const MAX_RETRY_DELAY_MS = 10_000
/** What was sent to a database may still land this long after it was given up, in milliseconds. */
const LATE_COMMIT_MS = 30_000
const BATCH = 500
/** One node of a cluster can come back older than the others. Of so many places every node has some; the oldest note counts. */
const CHECKPOINT_SLOTS = 1_024

/** Time. Only ever moves forward, and never ahead of Redis: a server whose clock is wrong must not note what is still to come. */
const ADVANCE_CHECKPOINT = script(`
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local latest = math.max(tonumber(ARGV[1]), tonumber(redis.call('GET', KEYS[1]) or '0'))
  redis.call('SET', KEYS[1], string.format('%.0f', math.min(latest, now)))`)

export interface TombstoneSyncOptions {
  readonly connection: Connection
  readonly keys: Keys
  readonly credentials: IndexedCredentialStore
  readonly stream: RevocationLogStream
  readonly database: Store
  /** Milliseconds. What ended longer ago is no news to anybody. */
  readonly tokenLifetime: number
}

export class TombstoneSync {
  readonly #options: TombstoneSyncOptions
  readonly #checkpointKeys: readonly string[]
  /** Counts connections: what was begun on an earlier one says nothing about this one. */
  #epoch = 0
  #syncedEpoch = -1
  #syncing: Promise<void> | undefined
  #checkpointedAt = Number.NEGATIVE_INFINITY
  #resyncRequestedAt = Number.NEGATIVE_INFINITY
  #isResyncing = false
  #closed = false

  constructor(parts: TombstoneSyncOptions) {
    this.#options = parts
    const { connection, keys } = parts
    this.#checkpointKeys = Array.from({ length: connection.isCluster ? CHECKPOINT_SLOTS : 1 }, (_, place) => keys.checkpoint(place))
    connection.onChange(() => {
      this.#epoch += 1
    })
  }

  /** True until everything that has ended is known to have reached the Redis behind this connection. */
  get needsSync(): boolean {
    return this.#syncedEpoch !== this.#epoch
  }

  close(): void {
    this.#closed = true
  }

  /** Carries what may be missing; who asks meanwhile waits for the same. @throws StoreError while either side is down */
  async sync(): Promise<void> {
    while (this.needsSync) {
      this.#syncing ??= this.#copyTombstones(this.#epoch).finally(() => {
        this.#syncing = undefined
      })
      await this.#syncing
    }
  }

  /** To be taken before a write: see `note`. */
  currentEpoch(): number {
    return this.#epoch
  }

  /** Notes that the endings of a write have arrived, unless the connection has changed since: then nobody knows. */
  async checkpoint(changes: readonly Change[], epoch: number): Promise<void> {
    const latest = Math.max(0, ...changes.map((change) => (change.do === 'revoke credentials' ? change.at : 0)))
    if (latest === 0 || epoch !== this.#epoch || performance.now() - this.#checkpointedAt < CHECKPOINT_INTERVAL_MS) return
    this.#checkpointedAt = performance.now()
    await this.#writeCheckpoint(latest)
  }

  /**
   * The database may have tombstones that Redis has not: its answer to a write was lost. They are carried as soon as it
   * answers again, and nobody waits for it: whoever asked for the write was told of the fault. Never rejects.
   */
  async scheduleResync(): Promise<void> {
    this.#resyncRequestedAt = performance.now()
    if (this.#isResyncing) return
    this.#isResyncing = true
    let syncedAt = Number.NEGATIVE_INFINITY
    for (
      let length = RETRY_DELAY_MS;
      syncedAt < this.#resyncRequestedAt + LATE_COMMIT_MS && !this.#closed;
      length = Math.min(2 * length, MAX_RETRY_DELAY_MS)
    ) {
      await pause(length, undefined, { ref: false })
      const began = performance.now()
      // Where either side is still down, the next round tries again.
      const isSynced = await this.#copyTombstones(this.#epoch).then(
        () => true,
        () => false,
      )
      if (isSynced) syncedAt = began
    }
    this.#isResyncing = false
  }

  /** Writes to Redis, and changes nothing. @throws StoreError */
  async probe(): Promise<void> {
    const [first] = this.#checkpointKeys
    if (first !== undefined) await this.#options.connection.run(ADVANCE_CHECKPOINT, first, 0)
  }

  async #copyTombstones(epoch: number): Promise<void> {
    const { credentials, stream, database } = this.#options
    let cursor: TombstoneCursor = { endedAt: Math.max(0, (await this.#readCheckpoint()) - OVERLAP_MS), id: '' }
    let loggedIds: ReadonlySet<string> | undefined
    for (;;) {
      const tombstones = await database.credentials.listTombstones(cursor, BATCH)
      const last = tombstones.at(-1)
      if (last === undefined) break
      cursor = last
      loggedIds ??= await this.#loggedSessionIds()
      await Promise.all(tombstones.map((tombstone) => ignoreOffline(credentials.records.replaceWithTombstone(tombstone))))
      await stream.append(this.#missingEntries(tombstones, loggedIds))
      await this.#writeCheckpoint(cursor.endedAt)
    }
    this.#syncedEpoch = epoch
  }

  /** Sessions of which everybody has heard already. */
  async #loggedSessionIds(): Promise<ReadonlySet<string>> {
    const { entries } = await this.#options.stream.readAfter(0)
    return new Set(entries.flatMap((entry) => (entry.kind === 'revoked' ? [entry.sid] : [])))
  }

  #missingEntries(tombstones: readonly Tombstone[], loggedIds: ReadonlySet<string>): readonly RevocationLogEntry[] {
    const since = Date.now() - this.#options.tokenLifetime - 2 * MAX_CLOCK_SKEW
    return tombstones
      .filter(({ was, id, endedAt }) => was === 'session' && endedAt > since && !loggedIds.has(id))
      .map(({ id: sid, endedAt: at, reason }): RevocationLogEntry => ({ kind: 'revoked', sid, at, reason }))
  }

  async #readCheckpoint(): Promise<number> {
    const { connection } = this.#options
    const stored = await Promise.all(this.#checkpointKeys.map((place) => ignoreOffline(connection.send(place, 'GET', place))))
    const available = stored.filter((time) => time !== undefined)
    if (available.length === 0) throw new StoreError(`${connection.subject} is away.`)
    return Math.min(...available.map(Number))
  }

  async #writeCheckpoint(at: number): Promise<void> {
    await Promise.all(this.#checkpointKeys.map((place) => ignoreOffline(this.#options.connection.run(ADVANCE_CHECKPOINT, place, at))))
  }
}

/** A node of a cluster that is away holds nobody up: nothing is read from it either, and when it is back, the connection is new. */
async function ignoreOffline<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof StoreError && isOffline(error.cause)) return undefined
    throw error
  }
}
