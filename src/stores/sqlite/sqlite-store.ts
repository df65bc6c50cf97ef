// The SQLite store: one file, shared by several processes of one machine.

import type { Change, Store, WriteResult } from '../../ports/store.ts'
import { chunk } from '../chunk.ts'
import { LogSubscribers } from '../log/subscribers.ts'
import type { Connection } from './connection.ts'
import { openMigrated } from './migrate.ts'
import { RateLimits } from './rate-limits.ts'
import { Tables } from './tables.ts'

/** How often to check for writes of other processes. */
const POLL_INTERVAL_MS = 25
const HEARTBEAT_INTERVAL_MS = 100

export interface SqliteOptions {
  /** A file, created with mode 0600 if missing; or `:memory:`. */
  readonly path: string
}

/**
 * Opens the store and migrates its schema.
 * @throws StoreError when the file cannot be used, is damaged, or was made by a newer version
 */
export async function openSqliteStore({ path }: SqliteOptions): Promise<Store> {
  const connection = await openMigrated(path)
  try {
    return connection.runOnce(() => createSqliteStore(connection))
  } catch (error) {
    connection.close()
    throw error
  }
}

/** Creates the store on a connection whose schema is up to date. Closing the store closes the connection. */
export function createSqliteStore(connection: Connection): Store {
  const tables = new Tables(connection)
  const rateLimits = new RateLimits(connection)
  const { credentials, users, events, log } = tables
  // Overwrites as much as a large change would write. A transaction that is rolled back would not notice a full disk, and a single
  // page may still fit where a large change failed.
  const probe = connection.command('UPDATE latchkey_schema SET probe = randomblob(65536)')
  const withRetries = <T>(work: () => T): Promise<T> => connection.withRetries(work)

  const subscribers = new LogSubscribers({
    read: (from) => withRetries(() => log.readAfter(from)),
    hasChanges: () => log.hasExternalWrites(),
    pollIntervalMs: POLL_INTERVAL_MS,
    heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
  })

  return {
    credentials: {
      find: (id) => withRetries(() => credentials.find(id)),
      listByUser: (userId) => withRetries(() => credentials.listByUser(userId)),
      listExpired: (now, idleSince, limit) => withRetries(() => credentials.listExpired(now, idleSince, limit)),
      touch: async (seen) => {
        for (const batch of chunk(seen)) await withRetries(() => connection.transaction(() => credentials.touch(batch)))
      },
      listTombstones: (after, limit) => withRetries(() => credentials.listTombstones(after, limit)),
      deleteExpired: (before, limit) => withRetries(() => credentials.deleteExpired(before, limit)),
    },
    users: {
      find: (id) => withRetries(() => users.find(id)),
      findByUsernameKey: (usernameKey) => withRetries(() => users.findByUsernameKey(usernameKey)),
      page: (after, limit) => withRetries(() => users.page(after, limit)),
    },
    auditEvents: {
      list: (userId, before, limit) => withRetries(() => events.list(userId, before, limit)),
      deleteOlderThan: (before, limit) => withRetries(() => events.deleteOlderThan(before, limit)),
    },
    log: {
      subscribe: (from) => subscribers.subscribe(from),
      trim: (before) => withRetries(() => log.trim(before)),
    },
    limits: {
      take: (key, limit, now) => withRetries(() => rateLimits.consume(key, limit, now)),
      find: (key, now) => withRetries(() => rateLimits.find(key, now)),
      refund: (key) => withRetries(() => rateLimits.refund(key)),
      deleteExpiredWindows: (now) => withRetries(() => rateLimits.deleteExpiredWindows(now)),
    },
    findKeyRing: () => withRetries(() => tables.findKeyRing()),
    write: async (changes) => {
      const written = await withRetries(() => tables.write(changes))
      if (hasEntries(changes, written)) subscribers.wake()
      return written
    },
    probe: () =>
      withRetries(() => {
        connection.assertIntact()
        connection.unsynced(probe)
      }),
    close: async () => {
      subscribers.end()
      connection.close()
    },
  }
}

function hasEntries(changes: readonly Change[], written: WriteResult): boolean {
  return written.committed && (written.ended.length > 0 || changes.some((change) => change.do === 'append entry'))
}
