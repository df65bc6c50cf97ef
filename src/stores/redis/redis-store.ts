// The Redis store: credentials, rate limits and the revocation log in Redis or a Redis Cluster, for several servers; users, the
// audit log and the key ring in the database beside it.

import { POLICY_DEFAULTS } from '../../domain/policy.ts'
import type { RevocationLog, Store } from '../../ports/store.ts'
import { chunk } from '../chunk.ts'
import { coalesceReads } from '../log/coalesced-reads.ts'
import { LogSubscribers } from '../log/subscribers.ts'
import { Connection } from './connection.ts'
import { IndexedCredentialStore } from './credential-store.ts'
import { Keys } from './keys.ts'
import { LogNotifier } from './log-notifier.ts'
import { assertPermitted } from './permissions.ts'
import { RateLimits } from './rate-limits.ts'
import { RevocationLogStream } from './revocation-log-stream.ts'
import { assertRequirements } from './server-requirements.ts'
import { TombstoneSync } from './tombstone-sync.ts'
import { writeToBoth } from './write.ts'
import { WriteRecovery } from './write-recovery.ts'

export interface RedisOptions {
  /** `redis://`, `rediss://`, or `redis+cluster://host1,host2`. */
  readonly url: string
  /** For users, the audit log, the key ring, and tombstones. Closed with this store. */
  readonly database: Store
  /** The lifetime of tokens in milliseconds: an older revocation needs no log entry. Default: the default lifetime of tokens. */
  readonly tokenLifetime?: number
  /** The prefix of every key; see `Keys`. */
  readonly prefix?: string
}

const HEARTBEAT_INTERVAL_MS = 100

/** @throws StoreError when Redis cannot be used; the database is then not closed */
export async function openRedisStore(options: RedisOptions): Promise<Store> {
  const { url, database, prefix, tokenLifetime = POLICY_DEFAULTS.tokenLifetime } = options
  const keys = new Keys(prefix)
  const connection = await Connection.open(url, keys.probe())
  const credentials = new IndexedCredentialStore(connection, keys)
  const stream = new RevocationLogStream(connection, keys)
  const rateLimits = new RateLimits(connection, keys)
  const recovery = new WriteRecovery(credentials, stream)
  const tombstoneSync = new TombstoneSync({ connection, keys, credentials, stream, database, tokenLifetime })
  const notifier = new LogNotifier(
    () => Connection.open(url, keys.probe()),
    stream,
    () => subscribers.wake(),
  )
  const subscribers: LogSubscribers = new LogSubscribers({
    read: coalesceReads((from) => stream.readAfter(from)),
    hasChanges: () => false,
    pollIntervalMs: HEARTBEAT_INTERVAL_MS,
    heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
  })
  const close = () => {
    subscribers.end()
    notifier.close()
    recovery.close()
    tombstoneSync.close()
    connection.close()
  }
  try {
    await assertRequirements(connection, keys)
    await tombstoneSync.sync()
  } catch (error) {
    close()
    throw error
  }
  /** Redis may be read only when all revocations are known to be in it. */
  const afterSync = async <T>(work: () => Promise<T>): Promise<T> => {
    if (tombstoneSync.needsSync) await tombstoneSync.sync()
    return work()
  }

  const log: RevocationLog = {
    subscribe: (from) => {
      notifier.start()
      return subscribers.subscribe(from)
    },
    trim: (before) => stream.trim(before),
  }
  return {
    credentials: {
      find: (id) => afterSync(() => credentials.records.find(id)),
      listByUser: (userId) => afterSync(() => credentials.listByUser(userId)),
      listExpired: (now, idleSince, limit) => afterSync(() => credentials.listExpired(now, idleSince, limit)),
      touch: async (seen) => {
        for (const batch of chunk(seen)) await credentials.records.touch(batch)
      },
      listTombstones: (after, limit) => database.credentials.listTombstones(after, limit),
      deleteExpired: async (before, limit) => {
        const kept = await database.credentials.deleteExpired(before, limit)
        // When either side has more, the caller calls again.
        return Math.max(kept, await credentials.deleteExpired(before, limit))
      },
    },
    users: database.users,
    auditEvents: database.auditEvents,
    log,
    limits: {
      take: (key, limit, now) => rateLimits.consume(key, limit, now),
      find: (key, now) => rateLimits.find(key, now),
      refund: (key) => rateLimits.refund(key),
      deleteExpiredWindows: (now) => rateLimits.deleteExpiredWindows(now),
    },
    findKeyRing: () => database.findKeyRing(),
    write: (changes) =>
      afterSync(async () => {
        const epoch = tombstoneSync.currentEpoch()
        const written = await writeToBoth({ credentials, stream, database, recovery, tombstoneSync }, changes)
        // The write is committed. Without this checkpoint, the next sync only copies a little more.
        if (written.committed) await tombstoneSync.checkpoint(changes, epoch).catch(() => {})
        return written
      }),
    probe: async () => {
      await database.probe()
      await tombstoneSync.probe()
      await assertPermitted(connection, keys)
    },
    close: async () => {
      close()
      await database.close()
    },
  }
}
