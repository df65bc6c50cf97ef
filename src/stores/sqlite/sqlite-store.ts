// The SQLite store: one file, many processes.

import type { Change, Store, Written } from '../../ports/store.ts'
import { batches } from '../batches.ts'
import { Followers } from '../log/followers.ts'
import type { Connection } from './connection.ts'
import { LimitWindows } from './limit-windows.ts'
import { openMigrated } from './migrate.ts'
import { Tables } from './tables.ts'

/** How often another process's writes are looked for. */
const POLL_EVERY = 25
const HEARTBEAT_EVERY = 100

export interface SqliteOptions {
  /** A file, made with mode 0600 where there is none; or `:memory:`. */
  readonly path: string
}

/**
 * Opens the store, with its schema brought up to date.
 * @throws StoreError when the file cannot be used, is damaged, or was made by a newer version
 */
export async function openSqliteStore({ path }: SqliteOptions): Promise<Store> {
  const connection = await openMigrated(path)
  try {
    return connection.once(() => sqliteStoreOn(connection))
  } catch (error) {
    connection.close()
    throw error
  }
}

/** The store over a connection whose schema is up to date. It closes the connection when it is closed. */
export function sqliteStoreOn(connection: Connection): Store {
  const tables = new Tables(connection)
  const windows = new LimitWindows(connection)
  const { credentials, users, events, log } = tables
  // Writes as much as a large change would, always over itself: a transaction rolled back would not notice a full disk,
  // and a single page may still fit where a failed change has left off.
  const probe = connection.command('UPDATE latchkey_schema SET probe = randomblob(65536)')
  const attempt = <T>(work: () => T): Promise<T> => connection.attempt(work)

  const followers = new Followers({
    read: (from) => attempt(() => log.readAfter(from)),
    hasNews: () => log.othersHaveWritten(),
    pollEvery: POLL_EVERY,
    heartbeatEvery: HEARTBEAT_EVERY,
  })

  return {
    credentials: {
      find: (id) => attempt(() => credentials.find(id)),
      listByUser: (userId) => attempt(() => credentials.listByUser(userId)),
      listLapsed: (now, idleSince, limit) => attempt(() => credentials.listLapsed(now, idleSince, limit)),
      touch: async (seen) => {
        for (const batch of batches(seen)) await attempt(() => connection.transaction(() => credentials.touch(batch)))
      },
      listEnded: (after, limit) => attempt(() => credentials.listEnded(after, limit)),
      deleteExpired: (before, limit) => attempt(() => credentials.deleteExpired(before, limit)),
    },
    users: {
      find: (id) => attempt(() => users.find(id)),
      findByUsernameKey: (usernameKey) => attempt(() => users.findByUsernameKey(usernameKey)),
      page: (after, limit) => attempt(() => users.page(after, limit)),
    },
    auditEvents: {
      list: (userId, before, limit) => attempt(() => events.list(userId, before, limit)),
      deleteOlder: (before, limit) => attempt(() => events.deleteOlder(before, limit)),
    },
    log: {
      follow: (from) => followers.follow(from),
      trim: (before) => attempt(() => log.trim(before)),
    },
    limits: {
      take: (key, limit, now) => attempt(() => windows.take(key, limit, now)),
      find: (key, now) => attempt(() => windows.find(key, now)),
      giveBack: (key) => attempt(() => windows.giveBack(key)),
      deleteOver: (now) => attempt(() => windows.deleteOver(now)),
    },
    findKeyRing: () => attempt(() => tables.findKeyRing()),
    write: async (changes) => {
      const written = await attempt(() => tables.write(changes))
      if (hasEntries(changes, written)) followers.wake()
      return written
    },
    probe: () =>
      attempt(() => {
        connection.assertWhole()
        connection.unsynced(probe)
      }),
    close: async () => {
      followers.end()
      connection.close()
    },
  }
}

function hasEntries(changes: readonly Change[], written: Written): boolean {
  return written.landed && (written.ended.length > 0 || changes.some((change) => change.do === 'append entry'))
}
