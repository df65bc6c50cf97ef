// The Redis store: credentials, limits and the endings log in Redis or a Redis Cluster, for many servers; users, operations
// and the key ring in the database beside it.

import { POLICY_DEFAULTS } from '../../domain/policy.ts'
import type { EndingLog, Store } from '../../ports/store.ts'
import { batches } from '../batches.ts'
import { Followers } from '../log/followers.ts'
import { readingTogether } from '../log/reading-together.ts'
import { Aftermath } from './aftermath.ts'
import { Carrier } from './carrier.ts'
import { Connection } from './connection.ts'
import { CredentialShelf } from './credential-shelf.ts'
import { EndingStream } from './ending-stream.ts'
import { Keys } from './keys.ts'
import { LimitWindows } from './limit-windows.ts'
import { assertPermitted } from './permissions.ts'
import { assertSuitable } from './suitability.ts'
import { Waker } from './waker.ts'
import { writeToBoth } from './write.ts'

export interface RedisOptions {
  /** `redis://`, `rediss://`, or `redis+cluster://host1,host2`. */
  readonly url: string
  /** For users, operations, the key ring, and tombstones. Closed with this store. */
  readonly database: Store
  /** How long an ending is news to somebody, in milliseconds; the default lifetime of tokens where it is not set. */
  readonly tokenLifetime?: number
  /** Of every key; see `Keys`. */
  readonly prefix?: string
}

const HEARTBEAT_EVERY = 100

/** @throws StoreError when Redis cannot be used; the database is then left as it is */
export async function openRedisStore(options: RedisOptions): Promise<Store> {
  const { url, database, prefix, tokenLifetime = POLICY_DEFAULTS.tokenLifetime } = options
  const keys = new Keys(prefix)
  const connection = await Connection.open(url, keys.probe())
  const shelf = new CredentialShelf(connection, keys)
  const stream = new EndingStream(connection, keys)
  const windows = new LimitWindows(connection, keys)
  const aftermath = new Aftermath(shelf, stream)
  const carrier = new Carrier({ connection, keys, shelf, stream, database, tokenLifetime })
  const waker = new Waker(
    () => Connection.open(url, keys.probe()),
    stream,
    () => followers.wake(),
  )
  const followers: Followers = new Followers({
    read: readingTogether((from) => stream.readAfter(from)),
    hasNews: () => false,
    pollEvery: HEARTBEAT_EVERY,
    heartbeatEvery: HEARTBEAT_EVERY,
  })
  const close = () => {
    followers.end()
    waker.close()
    aftermath.close()
    carrier.close()
    connection.close()
  }
  try {
    await assertSuitable(connection, keys)
    await carrier.catchUp()
  } catch (error) {
    close()
    throw error
  }
  /** What Redis holds counts only when everything that has ended is known to have reached it. */
  const carried = async <T>(work: () => Promise<T>): Promise<T> => {
    if (carrier.isBehind) await carrier.catchUp()
    return work()
  }

  const log: EndingLog = {
    follow: (from) => {
      waker.start()
      return followers.follow(from)
    },
    trim: (before) => stream.trim(before),
  }
  return {
    credentials: {
      find: (id) => carried(() => shelf.records.find(id)),
      listByUser: (userId) => carried(() => shelf.listByUser(userId)),
      listLapsed: (now, idleSince, limit) => carried(() => shelf.listLapsed(now, idleSince, limit)),
      touch: async (seen) => {
        for (const batch of batches(seen)) await shelf.records.touch(batch)
      },
      listEnded: (after, limit) => database.credentials.listEnded(after, limit),
      deleteExpired: async (before, limit) => {
        const kept = await database.credentials.deleteExpired(before, limit)
        // Where either side has more, the caller comes again.
        return Math.max(kept, await shelf.deleteExpired(before, limit))
      },
    },
    users: database.users,
    auditEvents: database.auditEvents,
    log,
    limits: {
      take: (key, limit, now) => windows.take(key, limit, now),
      find: (key, now) => windows.find(key, now),
      giveBack: (key) => windows.giveBack(key),
      deleteOver: (now) => windows.deleteOver(now),
    },
    findKeyRing: () => database.findKeyRing(),
    write: (changes) =>
      carried(async () => {
        const mark = carrier.mark()
        const written = await writeToBoth({ shelf, stream, database, aftermath, carrier }, changes)
        // Landed is landed: where this is not noted, a little more is carried the next time.
        if (written.landed) await carrier.note(changes, mark).catch(() => {})
        return written
      }),
    probe: async () => {
      await database.probe()
      await carrier.probe()
      await assertPermitted(connection, keys)
    },
    close: async () => {
      close()
      await database.close()
    },
  }
}
