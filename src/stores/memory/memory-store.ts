// The memory store: for tests and for trying things out. Nothing outlives the process.

import { StoreError } from '../../domain/errors.ts'
import type { Store } from '../../ports/store.ts'
import { Followers } from '../log/followers.ts'
import { LimitWindows } from './limit-windows.ts'
import { Tables } from './tables.ts'

const HEARTBEAT_EVERY = 200

/** Makes an empty store that lives in this process alone. */
export function createMemoryStore(): Store {
  const tables = new Tables()
  const windows = new LimitWindows()
  let closed = false

  const whileOpen = async <T>(work: () => T): Promise<T> => {
    if (closed) throw new StoreError('The store is closed.')
    return work()
  }

  const followers = new Followers({
    read: (from) => whileOpen(() => tables.log.readAfter(from)),
    hasNews: () => false,
    pollEvery: HEARTBEAT_EVERY,
    heartbeatEvery: HEARTBEAT_EVERY,
  })

  return {
    credentials: {
      find: (id) => whileOpen(() => tables.credentials.find(id)),
      listByUser: (userId) => whileOpen(() => tables.credentials.listByUser(userId)),
      listLapsed: (now, idleSince, limit) => whileOpen(() => tables.credentials.listLapsed(now, idleSince, limit)),
      touch: (seen) => whileOpen(() => tables.credentials.touch(seen)),
      listEnded: (after, limit) => whileOpen(() => tables.credentials.listEnded(after, limit)),
      deleteExpired: (before, limit) => whileOpen(() => tables.credentials.deleteExpired(before, limit)),
    },
    users: {
      find: (id) => whileOpen(() => tables.users.find(id)),
      findByUsernameKey: (usernameKey) => whileOpen(() => tables.users.findByUsernameKey(usernameKey)),
      page: (after, limit) => whileOpen(() => tables.users.page(after, limit)),
    },
    auditEvents: {
      list: (userId, before, limit) => whileOpen(() => tables.events.list(userId, before, limit)),
      deleteOlder: (before, limit) => whileOpen(() => tables.events.deleteOlder(before, limit)),
    },
    log: {
      follow: (from) => followers.follow(from),
      trim: (before) => whileOpen(() => tables.log.trim(before)),
    },
    limits: {
      take: (key, limit, now) => whileOpen(() => windows.take(key, limit, now)),
      find: (key, now) => whileOpen(() => windows.find(key, now)),
      giveBack: (key) => whileOpen(() => windows.giveBack(key)),
      deleteOver: (now) => whileOpen(() => windows.deleteOver(now)),
    },
    findKeyRing: () => whileOpen(() => tables.keyRing),
    write: (changes) =>
      whileOpen(() => {
        const before = tables.log.position
        const written = tables.write(changes)
        if (tables.log.position > before) followers.wake()
        return written
      }),
    probe: () => whileOpen(() => undefined),
    close: async () => {
      closed = true
      followers.end()
    },
  }
}
