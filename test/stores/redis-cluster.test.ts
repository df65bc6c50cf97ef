// The Redis store passes the conformance suite on a real cluster of three masters, and survives the loss of one.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { cp, rm } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { StoreError } from '../../src/domain/errors.ts'
import type { Change } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { openRedisStore } from '../../src/stores/redis/redis-store.ts'
import { makeSession, storeConformance } from '../../src/testing/index.ts'
import { type RunningCluster, startRedisCluster } from '../support/redis.ts'
import { waitFor } from '../support/wait-for.ts'

let cluster: RunningCluster
before(async () => {
  cluster = await startRedisCluster()
})
after(() => cluster[Symbol.asyncDispose]())

const open = () => openRedisStore({ url: cluster.url, database: createMemoryStore(), prefix: `t${randomBytes(6).toString('hex')}` })

storeConformance('Redis Cluster', open)

test('The credentials of one user are spread over the masters, and are revoked together.', async () => {
  const store = await open()
  const sessions = Array.from({ length: 60 }, () => makeSession({ id: randomBytes(16).toString('base64url'), userId: 'usr_spread' }))
  for (const record of sessions) await store.write([{ do: 'insert credential', record }])
  const sizes = await Promise.all(cluster.masters.map(async (master) => Number(await master.command('DBSIZE'))))
  assert.ok(Math.min(...sizes) > 5, `keys by master: ${sizes.join(', ')}`)
  const written = await store.write([
    { do: 'revoke credentials', where: { userId: 'usr_spread', except: [] }, reason: 'revoked', at: 1, mustMatch: true },
  ])
  assert.ok(written.committed && written.ended.length === 60)
  const { value } = await store.log.subscribe(0).next()
  assert.equal(value.entries.length, 60)
  await store.close()
})

test('While one master is down, credentials on the others are found; when it is back, all are.', async () => {
  const store = await open()
  const sessions = Array.from({ length: 30 }, () => makeSession({ id: randomBytes(16).toString('base64url') }))
  for (const record of sessions) await store.write([{ do: 'insert credential', record }])
  for (const master of cluster.masters) await master.command('CONFIG', 'SET', 'cluster-require-full-coverage', 'no')
  const [killed] = cluster.masters
  assert.ok(killed)
  await killed.kill()
  const findAll = () =>
    Promise.all(
      sessions.map(({ id }) =>
        store.credentials.find(id).then(
          (found) => (found === undefined ? 'missing' : 'found'),
          (error: unknown) => (error instanceof StoreError ? 'down' : 'wrong'),
        ),
      ),
    )
  await waitFor('credentials on the other masters to be found', async () => {
    const results = await findAll()
    assert.ok(!results.includes('missing') && !results.includes('wrong'))
    return results.includes('found')
  })
  // It stays so while that master is down.
  for (let round = 0; round < 20; round += 1) {
    const results = await findAll()
    const found = results.filter((result) => result === 'found').length
    assert.ok(found > 5 && found < 30, `${found} of 30 found`)
    await pause(50)
  }
  await killed.start()
  await waitFor('every session to be found again', async () => {
    const found = await Promise.all(sessions.map(({ id }) => store.credentials.find(id).catch(() => undefined)))
    return found.every((record) => record?.kind === 'session')
  })
  await store.close()
})

test('A master restored from an older snapshot than the others revives no credential.', async () => {
  const database = createMemoryStore()
  const store = await openRedisStore({ url: cluster.url, database, prefix: 'older' })
  const sessions = Array.from({ length: 30 }, () => makeSession({ id: randomBytes(16).toString('base64url') }))
  const later = makeSession()
  for (const record of [...sessions, later]) await store.write([{ do: 'insert credential', record }])
  const [, older] = cluster.masters
  assert.ok(older)
  const snapshot = `${older.folder}-copy`
  await cp(older.folder, snapshot, { recursive: true })
  const now = Date.now()
  const revocation = (id: string, at: number): Change => ({
    do: 'revoke credentials',
    where: { id },
    reason: 'revoked',
    at,
    mustMatch: true,
  })
  for (const { id } of sessions) assert.ok((await store.write([revocation(id, now)])).committed)
  assert.ok((await store.write([revocation(later.id, now + 120 * 60_000)])).committed)
  await older.kill()
  await rm(older.folder, { recursive: true })
  await cp(snapshot, older.folder, { recursive: true })
  await rm(snapshot, { recursive: true })
  await older.start()
  await waitFor('every session to be revoked still', async () => {
    const found = await Promise.all(sessions.map(({ id }) => store.credentials.find(id).catch(() => undefined)))
    assert.ok(!found.some((one) => one?.kind === 'session'))
    return found.every((one) => one?.kind === 'tombstone')
  })
  await store.close()
})
