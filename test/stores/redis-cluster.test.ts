// The Redis store against the contract on a real cluster of three masters, with keys in different slots.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { StoreError } from '../../src/domain/errors.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { openRedisStore } from '../../src/stores/redis/redis-store.ts'
import { aSession, storeConformance } from '../../src/testing/index.ts'
import { type RunningCluster, startRedisCluster } from '../support/redis.ts'
import { until } from '../support/until.ts'

let cluster: RunningCluster
before(async () => {
  cluster = await startRedisCluster()
})
after(() => cluster[Symbol.asyncDispose]())

const open = () => openRedisStore({ url: cluster.url, database: createMemoryStore(), prefix: `t${randomBytes(6).toString('hex')}` })

storeConformance('Redis Cluster', open)

test('The credentials of one user are spread over the masters, and all of them end together.', async () => {
  const store = await open()
  const sessions = Array.from({ length: 60 }, () => aSession({ id: randomBytes(16).toString('base64url'), userCode: 'usr_spread' }))
  for (const record of sessions) await store.write([{ do: 'insert credential', record }])
  const sizes = await Promise.all(cluster.masters.map(async (master) => Number(await master.ask('DBSIZE'))))
  assert.ok(Math.min(...sizes) > 5, `keys by master: ${sizes.join(', ')}`)
  const written = await store.write([
    { do: 'end credentials', where: { userCode: 'usr_spread', except: [] }, reason: 'revoked', at: 1, orRefuse: true },
  ])
  assert.ok(written.landed && written.ended.length === 60)
  const { value } = await store.log.follow(0).next()
  assert.equal(value.entries.length, 60)
  await store.close()
})

test('While one master is down, what the others hold is still answered; when it is back, everything is.', async (t) => {
  const store = await open()
  const sessions = Array.from({ length: 30 }, () => aSession({ id: randomBytes(16).toString('base64url') }))
  for (const record of sessions) await store.write([{ do: 'insert credential', record }])
  for (const master of cluster.masters) await master.ask('CONFIG', 'SET', 'cluster-require-full-coverage', 'no')
  const [lost] = cluster.masters
  assert.ok(lost)
  await lost.kill()
  const answers = await Promise.all(
    sessions.map(({ id }) =>
      store.credentials.find(id).then(
        (found) => (found === undefined ? 'gone' : 'found'),
        (error: unknown) => (error instanceof StoreError ? 'down' : 'wrong'),
      ),
    ),
  )
  t.diagnostic(
    `with one of three masters down: ${JSON.stringify(
      Object.groupBy(answers, (each) => each),
      (_, value) => (Array.isArray(value) ? value.length : value),
    )}`,
  )
  assert.ok(!answers.includes('gone') && !answers.includes('wrong'))
  await lost.start()
  await until('every session to be found again', async () => {
    const found = await Promise.all(sessions.map(({ id }) => store.credentials.find(id).catch(() => undefined)))
    return found.every((record) => record?.kind === 'session')
  })
  await store.close()
})
