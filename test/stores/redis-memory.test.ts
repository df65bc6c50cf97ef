// What a session costs in Redis, all that finds it again included.

import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { openRedisStore } from '../../src/stores/redis/redis-store.ts'
import { makeTypicalSession } from '../support/fixtures.ts'
import { startRedis } from '../support/redis.ts'

const SESSIONS = 100_000
const AT_ONCE = 1_000
const LIMIT = 600

test(`A session in Redis takes at most ${LIMIT} bytes, at ${SESSIONS} of them`, async (t) => {
  await using redis = await startRedis('--appendonly', 'no')
  const store = await openRedisStore({ url: redis.url, database: createMemoryStore() })
  const used = async () => Number(/^used_memory:(\d+)/m.exec(await redis.command('INFO', 'memory'))?.[1])
  const before = await used()
  const now = Date.now()
  for (let made = 0; made < SESSIONS; made += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => store.write([{ do: 'insert credential', record: makeTypicalSession(now) }])))
  }
  const bytes = ((await used()) - before) / SESSIONS
  t.diagnostic(`${Math.round(bytes)} bytes for each of ${SESSIONS} sessions`)
  await store.close()
  ok(bytes <= LIMIT)
})
