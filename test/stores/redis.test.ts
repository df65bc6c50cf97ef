// The Redis store passes the conformance suite on a single real server.

import { randomBytes } from 'node:crypto'
import { after, before } from 'node:test'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { openRedisStore } from '../../src/stores/redis/redis-store.ts'
import { storeConformance } from '../../src/testing/index.ts'
import { type RunningRedis, startRedis } from '../support/redis.ts'

let redis: RunningRedis
before(async () => {
  redis = await startRedis('--appendfsync', 'no')
})
after(() => redis[Symbol.asyncDispose]())

storeConformance('Redis', () =>
  openRedisStore({ url: redis.url, database: createMemoryStore(), prefix: `t${randomBytes(6).toString('hex')}` }),
)
