// What a session costs in Redis, all that finds it again included.

import { ok } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { openRedisStore } from '../../src/stores/redis/redis-store.ts'
import { aSession } from '../../src/testing/index.ts'
import { startRedis } from '../support/redis.ts'

const SESSIONS = 100_000
const AT_ONCE = 1_000
const LIMIT = 600

const BROWSER = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36'

/** As a sign-in makes it: of a user of their own, from a usual browser. */
function usual(now: number) {
  return aSession({
    id: randomBytes(16).toString('base64url'),
    userCode: `usr_${randomBytes(16).toString('base64url')}`,
    username: 'anna.keller',
    hash: randomBytes(32).toString('base64url'),
    startedAt: now,
    lastSeenAt: now,
    expiresAt: now + 12 * 3_600_000,
    authTime: now,
    ip: '203.0.113.195',
    device: BROWSER,
    data: '{}',
  })
}

test(`A session in Redis takes at most ${LIMIT} bytes, at ${SESSIONS} of them`, async (t) => {
  await using redis = await startRedis('--appendonly', 'no')
  const store = await openRedisStore({ url: redis.url, database: createMemoryStore() })
  const used = async () => Number(/^used_memory:(\d+)/m.exec(await redis.ask('INFO', 'memory'))?.[1])
  const before = await used()
  const now = Date.now()
  for (let made = 0; made < SESSIONS; made += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => store.write([{ do: 'insert credential', record: usual(now) }])))
  }
  const bytes = ((await used()) - before) / SESSIONS
  t.diagnostic(`${Math.round(bytes)} bytes for each of ${SESSIONS} sessions`)
  await store.close()
  ok(bytes <= LIMIT)
})
