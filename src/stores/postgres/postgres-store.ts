// The PostgreSQL store: one database for several servers.

import type { Store } from '../../ports/store.ts'
import { chunk } from '../chunk.ts'
import { coalesceReads } from '../log/coalesced-reads.ts'
import { LogSubscribers } from '../log/subscribers.ts'
import * as events from './audit-event-table.ts'
import { statement } from './connection.ts'
import * as credentials from './credential-table.ts'
import { LogReader } from './log-reader.ts'
import { openMigrated } from './migrate.ts'
import { RateLimits } from './rate-limits.ts'
import { trimEntries } from './revocation-log-table.ts'
import * as users from './user-table.ts'
import { findKeyRing, write } from './write.ts'

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with libpq parameters. */
  readonly url: string
}

const HEARTBEAT_INTERVAL_MS = 200

/** An update without effect: it fails on a standby or a full disk. */
const PROBE = statement('UPDATE latchkey_schema SET version = version')
/** Reads the tables that requests read, by a prepared statement as they do. */
const READ = statement(
  `SELECT EXISTS (SELECT 1 FROM latchkey_users), EXISTS (SELECT 1 FROM latchkey_credentials), EXISTS (SELECT 1 FROM latchkey_audit_events),
    EXISTS (SELECT 1 FROM latchkey_revocations), EXISTS (SELECT 1 FROM latchkey_limits), EXISTS (SELECT 1 FROM latchkey_key_ring)`,
)

/**
 * Opens the store and migrates its schema.
 * @throws StoreError when the database cannot be used, or was made by a newer version
 */
export async function openPostgresStore({ url }: PostgresOptions): Promise<Store> {
  const connection = await openMigrated(url)
  const rateLimits = new RateLimits(connection)
  const reader = new LogReader(connection, () => subscribers.wake())
  const subscribers: LogSubscribers = new LogSubscribers({
    read: coalesceReads((from) => reader.read(from)),
    hasChanges: () => false,
    pollIntervalMs: HEARTBEAT_INTERVAL_MS,
    heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
  })

  return {
    credentials: {
      find: (id) => credentials.find(connection, id),
      listByUser: (userId) => credentials.listByUser(connection, userId),
      listExpired: (now, idleSince, limit) => credentials.listExpired(connection, now, idleSince, limit),
      touch: async (seen) => {
        for (const batch of chunk(seen)) await credentials.touch(connection, batch)
      },
      listTombstones: (after, limit) => credentials.listTombstones(connection, after, limit),
      deleteExpired: (before, limit) => credentials.deleteExpired(connection, before, limit),
    },
    users: {
      find: (id) => users.find(connection, id),
      findByUsernameKey: (usernameKey) => users.findByUsernameKey(connection, usernameKey),
      page: (after, limit) => users.page(connection, after, limit),
    },
    auditEvents: {
      list: (userId, before, limit) => events.list(connection, userId, before, limit),
      deleteOlderThan: (before, limit) => events.deleteOlderThan(connection, before, limit),
    },
    log: {
      subscribe: (from) => subscribers.subscribe(from),
      trim: (before) => trimEntries(connection, before),
    },
    limits: {
      take: (key, limit, now) => rateLimits.consume(key, limit, now),
      find: (key, now) => rateLimits.find(key, now),
      refund: (key) => rateLimits.refund(key),
      deleteExpiredWindows: (now) => rateLimits.deleteExpiredWindows(now),
    },
    findKeyRing: () => findKeyRing(connection),
    write: (changes) => write(connection, changes),
    probe: async () => {
      connection.assertOwnSessions()
      await connection.count(PROBE)
      await connection.rows(READ)
    },
    close: async () => {
      subscribers.end()
      await reader.close()
      await connection.close()
    },
  }
}
