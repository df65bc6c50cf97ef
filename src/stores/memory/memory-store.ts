// The memory store, for tests and experiments: its data is lost when the process exits.

import { StoreError } from '../../domain/errors.ts'
import type { Store } from '../../ports/store.ts'
import { LogSubscribers } from '../log/subscribers.ts'
import { RateLimits } from './rate-limits.ts'
import { Tables } from './tables.ts'

const HEARTBEAT_INTERVAL_MS = 200

/** Creates an empty store in this process. */
export function createMemoryStore(): Store {
  const tables = new Tables()
  const rateLimits = new RateLimits()
  let closed = false

  const ifOpen = async <T>(work: () => T): Promise<T> => {
    if (closed) throw new StoreError('The store is closed.')
    return work()
  }

  const subscribers = new LogSubscribers({
    read: (from) => ifOpen(() => tables.log.readAfter(from)),
    hasChanges: () => false,
    pollIntervalMs: HEARTBEAT_INTERVAL_MS,
    heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
  })

  return {
    credentials: {
      find: (id) => ifOpen(() => tables.credentials.find(id)),
      listByUser: (userId) => ifOpen(() => tables.credentials.listByUser(userId)),
      listExpired: (now, idleSince, limit) => ifOpen(() => tables.credentials.listExpired(now, idleSince, limit)),
      touch: (seen) => ifOpen(() => tables.credentials.touch(seen)),
      listTombstones: (after, limit) => ifOpen(() => tables.credentials.listTombstones(after, limit)),
      deleteExpired: (before, limit) => ifOpen(() => tables.credentials.deleteExpired(before, limit)),
    },
    users: {
      find: (id) => ifOpen(() => tables.users.find(id)),
      findByUsernameKey: (usernameKey) => ifOpen(() => tables.users.findByUsernameKey(usernameKey)),
      page: (after, limit) => ifOpen(() => tables.users.page(after, limit)),
    },
    auditEvents: {
      list: (userId, before, limit) => ifOpen(() => tables.events.list(userId, before, limit)),
      deleteOlderThan: (before, limit) => ifOpen(() => tables.events.deleteOlderThan(before, limit)),
    },
    log: {
      subscribe: (from) => subscribers.subscribe(from),
      trim: (before) => ifOpen(() => tables.log.trim(before)),
    },
    limits: {
      take: (key, limit, now) => ifOpen(() => rateLimits.consume(key, limit, now)),
      find: (key, now) => ifOpen(() => rateLimits.find(key, now)),
      refund: (key) => ifOpen(() => rateLimits.refund(key)),
      deleteExpiredWindows: (now) => ifOpen(() => rateLimits.deleteExpiredWindows(now)),
    },
    findKeyRing: () => ifOpen(() => tables.keyRing),
    write: (changes) =>
      ifOpen(() => {
        const before = tables.log.position
        const written = tables.write(changes)
        if (tables.log.position > before) subscribers.wake()
        return written
      }),
    probe: () => ifOpen(() => undefined),
    close: async () => {
      closed = true
      subscribers.end()
    },
  }
}
