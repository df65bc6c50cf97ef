// Cleanup in Redis: sessions in use are kept, idle and expired ones are found, and the time indexes do not grow, also when several
// servers clean up at once.

import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Store } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { openRedisStore } from '../../src/stores/redis/redis-store.ts'
import { makeRememberMe, makeSession, T0 } from '../../src/testing/samples.ts'
import { type RunningRedis, startRedis } from '../support/redis.ts'

const MINUTE = 60_000
const IDLE = 20 * MINUTE
const SESSIONS = 1_200
const SERVERS = 4

let redis: RunningRedis
before(async () => {
  redis = await startRedis('--appendonly', 'no')
})
after(() => redis[Symbol.asyncDispose]())
beforeEach(() => redis.command('FLUSHALL'))

async function openServers(): Promise<readonly Store[]> {
  const database = createMemoryStore()
  return Promise.all(Array.from({ length: SERVERS }, () => openRedisStore({ url: redis.url, database })))
}

/** The number of entries in all time indexes. */
async function entries(): Promise<number> {
  const keys = (await redis.command('KEYS', 'lk-*:*')).split('\n').filter((key) => /^lk-(uses|expiries|graves|limits):\d+$/.test(key))
  let sum = 0
  for (const key of keys) sum += Number(await redis.command('LLEN', key))
  return sum
}

test('Sessions in use are never listed and their entries never multiply, while several servers clean up at once.', async () => {
  const servers = await openServers()
  const [store] = servers
  assert.ok(store)
  const sessions = Array.from({ length: SESSIONS }, () => makeSession({ expiresAt: T0 + 24 * 60 * MINUTE }))
  await Promise.all(sessions.map((record) => store.write([{ do: 'insert credential', record }])))
  assert.equal(await entries(), 2 * SESSIONS)
  for (let now = T0; now < T0 + 3 * IDLE; now += 5 * MINUTE) {
    await store.credentials.touch(sessions.map(({ id }) => ({ id, at: now })))
    const listed = await Promise.all(servers.map((server) => server.credentials.listExpired(now, now - IDLE, 500)))
    assert.deepEqual(listed.flat(), [])
    assert.equal(await entries(), 2 * SESSIONS)
  }
  for (const server of servers) await server.close()
})

test('All idle and expired credentials are found, revoked once and deleted, and leave no entries.', async () => {
  const servers = await openServers()
  const [store] = servers
  assert.ok(store)
  const idle = Array.from({ length: SESSIONS }, (_, index) =>
    makeSession({ lastSeenAt: T0 + index * 100, expiresAt: T0 + 24 * 60 * MINUTE }),
  )
  const expired = Array.from({ length: 300 }, (_, index) => makeRememberMe({ expiresAt: T0 + index * 100 }))
  await Promise.all([...idle, ...expired].map((record) => store.write([{ do: 'insert credential', record }])))
  const now = T0 + IDLE + 5 * MINUTE
  let revoked = 0
  const cleanUp = async (server: Store) => {
    for (;;) {
      const found = await server.credentials.listExpired(now, now - IDLE, 500)
      for (const { id } of found) {
        const written = await server.write([{ do: 'revoke credentials', where: { id }, reason: 'idle', at: now, mustMatch: true }])
        if (written.committed) revoked += 1
      }
      if (found.length < 500) return
    }
  }
  await Promise.all(servers.map(cleanUp))
  assert.equal(revoked, SESSIONS + 300)
  assert.deepEqual(await store.credentials.listExpired(now, now - IDLE, 500), [])
  const later = T0 + 72 * 60 * MINUTE
  await store.credentials.listExpired(later, later - IDLE, 500)
  const drain = async (server: Store) => {
    let deleted = 0
    for (let batch = 500; batch >= 500; deleted += batch) batch = await server.credentials.deleteExpired(later, 500)
    return deleted
  }
  const deleted = await Promise.all(servers.map(drain))
  assert.equal(
    deleted.reduce((sum, count) => sum + count, 0),
    SESSIONS + 300,
  )
  await store.credentials.deleteExpired(later, 500)
  assert.equal(await entries(), 0)
  assert.equal(await redis.command('ZCARD', 'lk-uses').then(Number), 0)
  for (const server of servers) await server.close()
})

test('A rate limit window that restarts repeatedly has one entry.', async () => {
  const [store, ...others] = await openServers()
  assert.ok(store)
  const limit = { points: 3, window: 2 * MINUTE }
  for (let now = T0; now < T0 + 60 * MINUTE; now += 2 * MINUTE) {
    for (const key of ['a', 'b']) await store.limits.take(key, limit, now)
    await store.limits.deleteExpiredWindows(now)
    assert.ok((await entries()) <= 4, `${await entries()} entries`)
  }
  assert.equal(await store.limits.deleteExpiredWindows(T0 + 90 * MINUTE), 2)
  assert.equal(await entries(), 0)
  for (const server of [store, ...others]) await server.close()
})
