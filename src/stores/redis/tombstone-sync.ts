// Copies tombstones from the database to Redis after each new connection, before anything is read: Redis can lose its latest writes (an
// older snapshot, a failover), and a revoked credential must stay revoked.

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

/** How long before the checkpoint a sync starts: clocks differ, and writes overtake each other. */
const OVERLAP_MS = 60 * 60_000
/** The shortest time between checkpoints. The overlap is longer. */
const CHECKPOINT_INTERVAL_MS = 60_000
const RETRY_DELAY_MS = 200
const MAX_RETRY_DELAY_MS = 10_000
/** A write to the database may still be committed this long after its timeout, in milliseconds. */
const LATE_COMMIT_MS = 30_000
const BATCH = 500
/** One node of a cluster can be restored from an older snapshot. With this many slots, every node has some; the oldest one counts. */
const CHECKPOINT_SLOTS = 1_024

/** Argument: time. The checkpoint only moves forward, and never past the clock of Redis, in case the clock of a server is wrong. */
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
  /** Milliseconds. An older revocation needs no log entry: no token of that session is still valid. */
  readonly tokenLifetime: number
}

export class TombstoneSync {
  readonly #options: TombstoneSyncOptions
  readonly #checkpointKeys: readonly string[]
  /** Counts connections: a sync that started on an earlier one is not valid for this one. */
  #epoch = 0
  #syncedEpoch = -1
  #syncing: Promise<void> | undefined
  #checkpointedAt = Number.NEGATIVE_INFINITY
  #resyncRequestedAt = Number.NEGATIVE_INFINITY
  #isResyncing = false
  #closed = false

  constructor(options: TombstoneSyncOptions) {
    this.#options = options
    const { connection, keys } = options
    this.#checkpointKeys = Array.from({ length: connection.isCluster ? CHECKPOINT_SLOTS : 1 }, (_, slot) => keys.checkpoint(slot))
    connection.onChange(() => {
      this.#epoch += 1
    })
  }

  /** True until all revocations are known to be in the Redis of this connection. */
  get needsSync(): boolean {
    return this.#syncedEpoch !== this.#epoch
  }

  close(): void {
    this.#closed = true
  }

  /** Copies tombstones that Redis may lack. Concurrent calls share one run. @throws StoreError while Redis or the database is down */
  async sync(): Promise<void> {
    while (this.needsSync) {
      this.#syncing ??= this.#copyTombstones(this.#epoch).finally(() => {
        this.#syncing = undefined
      })
      await this.#syncing
    }
  }

  /** Call this before a write, and pass the result to `checkpoint`. */
  currentEpoch(): number {
    return this.#epoch
  }

  /** Records that the revocations of a write are in Redis, unless the connection has changed since: then that is unknown. */
  async checkpoint(changes: readonly Change[], epoch: number): Promise<void> {
    const latest = Math.max(0, ...changes.map((change) => (change.do === 'revoke credentials' ? change.at : 0)))
    if (latest === 0 || epoch !== this.#epoch || performance.now() - this.#checkpointedAt < CHECKPOINT_INTERVAL_MS) return
    this.#checkpointedAt = performance.now()
    await this.#writeCheckpoint(latest)
  }

  /**
   * The database may have tombstones that Redis lacks: its response to a write was lost. They are copied when the database responds
   * again. This runs in the background: the caller of the write has already got the error. Never rejects.
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
      const startedAt = performance.now()
      // While Redis or the database is down, the next round tries again.
      const isSynced = await this.#copyTombstones(this.#epoch).then(
        () => true,
        () => false,
      )
      if (isSynced) syncedAt = startedAt
    }
    this.#isResyncing = false
  }

  /** Writes to Redis without changing anything. @throws StoreError */
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

  /** The sessions whose revocation is already in the log. */
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
    const stored = await Promise.all(this.#checkpointKeys.map((key) => ignoreOffline(connection.send(key, 'GET', key))))
    const available = stored.filter((time) => time !== undefined)
    if (available.length === 0) throw new StoreError(`${connection.subject} cannot be reached.`)
    return Math.min(...available.map(Number))
  }

  async #writeCheckpoint(at: number): Promise<void> {
    await Promise.all(this.#checkpointKeys.map((key) => ignoreOffline(this.#options.connection.run(ADVANCE_CHECKPOINT, key, at))))
  }
}

/** Skips a cluster node that is offline: nothing is read from it either, and when it is back, a new sync runs. */
async function ignoreOffline<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof StoreError && isOffline(error.cause)) return undefined
    throw error
  }
}
