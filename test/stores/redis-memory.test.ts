// The memory of a session in Redis, with its index entries.

import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { openRedisStore } from '../../src/stores/redis/redis-store.ts'
import { makeTypicalSession } from '../support/fixtures.ts'
import { startRedis } from '../support/redis.ts'

const SESSIONS = 100_000
const CONCURRENCY = 1_000
const LIMIT = 600

test(`A session in Redis takes at most ${LIMIT} bytes, measured with ${SESSIONS}`, async (t) => {
  await using redis = await startRedis('--appendonly', 'no')
  const store = await openRedisStore({ url: redis.url, database: createMemoryStore() })
  const used = async () => Number(/^used_memory:(\d+)/m.exec(await redis.command('INFO', 'memory'))?.[1])
  const before = await used()
  const now = Date.now()
  for (let count = 0; count < SESSIONS; count += CONCURRENCY) {
    await Promise.all(
      Array.from({ length: CONCURRENCY }, () => store.write([{ do: 'insert credential', record: makeTypicalSession(now) }])),
    )
  }
  const bytes = ((await used()) - before) / SESSIONS
  t.diagnostic(`${Math.round(bytes)} bytes for each of ${SESSIONS} sessions`)
  await store.close()
  ok(bytes <= LIMIT)
})
