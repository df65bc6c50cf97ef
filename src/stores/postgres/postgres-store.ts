// The PostgreSQL store: one database, many servers.

import type { Store } from '../../ports/store.ts'
import { batches } from '../batches.ts'
import { Followers } from '../log/followers.ts'
import { readingTogether } from '../log/reading-together.ts'
import { statement } from './connection.ts'
import * as credentials from './credential-table.ts'
import { trimEntries } from './entry-log.ts'
import { LimitWindows } from './limit-windows.ts'
import { LogReader } from './log-reader.ts'
import { openMigrated } from './migrate.ts'
import * as events from './operation-table.ts'
import * as users from './user-table.ts'
import { findKeyRing, write } from './write.ts'

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with the parameters of libpq. */
  readonly url: string
}

const HEARTBEAT_EVERY = 200

/** Written over itself: a standby, or a full disk, does not take that. */
const PROBE = statement('UPDATE latchkey_schema SET version = version')
/** What requests read, read as they do: by a prepared statement. */
const READ = statement(
  `SELECT EXISTS (SELECT 1 FROM latchkey_users), EXISTS (SELECT 1 FROM latchkey_credentials), EXISTS (SELECT 1 FROM latchkey_audit_events),
    EXISTS (SELECT 1 FROM latchkey_revocations), EXISTS (SELECT 1 FROM latchkey_limits), EXISTS (SELECT 1 FROM latchkey_key_ring)`,
)

/**
 * Opens the store, with its schema brought up to date.
 * @throws StoreError when the database cannot be used, or was made by a newer version
 */
export async function openPostgresStore({ url }: PostgresOptions): Promise<Store> {
  const connection = await openMigrated(url)
  const windows = new LimitWindows(connection)
  const reader = new LogReader(connection, () => followers.wake())
  const followers: Followers = new Followers({
    read: readingTogether((from) => reader.read(from)),
    hasNews: () => false,
    pollEvery: HEARTBEAT_EVERY,
    heartbeatEvery: HEARTBEAT_EVERY,
  })

  return {
    credentials: {
      find: (id) => credentials.find(connection, id),
      listByUser: (userId) => credentials.listByUser(connection, userId),
      listLapsed: (now, idleSince, limit) => credentials.listLapsed(connection, now, idleSince, limit),
      touch: async (seen) => {
        for (const batch of batches(seen)) await credentials.touch(connection, batch)
      },
      listEnded: (after, limit) => credentials.listEnded(connection, after, limit),
      deleteExpired: (before, limit) => credentials.deleteExpired(connection, before, limit),
    },
    users: {
      find: (id) => users.find(connection, id),
      findByUsernameKey: (usernameKey) => users.findByUsernameKey(connection, usernameKey),
      page: (after, limit) => users.page(connection, after, limit),
    },
    auditEvents: {
      list: (userId, before, limit) => events.list(connection, userId, before, limit),
      deleteOlder: (before, limit) => events.deleteOlder(connection, before, limit),
    },
    log: {
      follow: (from) => followers.follow(from),
      trim: (before) => trimEntries(connection, before),
    },
    limits: {
      take: (key, limit, now) => windows.take(key, limit, now),
      find: (key, now) => windows.find(key, now),
      giveBack: (key) => windows.giveBack(key),
      deleteOver: (now) => windows.deleteOver(now),
    },
    findKeyRing: () => findKeyRing(connection),
    write: (changes) => write(connection, changes),
    probe: async () => {
      connection.assertOwnSessions()
      await connection.count(PROBE)
      await connection.rows(READ)
    },
    close: async () => {
      followers.end()
      await reader.close()
      await connection.close()
    },
  }
}
