// What happens to the Redis store when Redis, or the database beside it, fails in the middle.

import assert from 'node:assert/strict'
import { cp, rm } from 'node:fs/promises'
import { after, before, beforeEach, test } from 'node:test'
import type { Tombstone } from '../../src/domain/credential.ts'
import { StoreError } from '../../src/domain/errors.ts'
import type { Change, Heard, Store } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { openRedisStore } from '../../src/stores/redis/redis-store.ts'
import { aRemembered, aSession, aUser } from '../../src/testing/index.ts'
import { type RunningRedis, startRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

let redis: RunningRedis
before(async () => {
  redis = await startRedis()
})
after(() => redis[Symbol.asyncDispose]())
beforeEach(() => redis.ask('FLUSHALL'))

const NOW = Date.now()
const open = (database: Store = createMemoryStore()) => openRedisStore({ url: redis.url, database })
const insertion = (record: ReturnType<typeof aSession> | ReturnType<typeof aRemembered>): Change => ({ do: 'insert credential', record })
const ending = (
  where: { id: string } | { lineage: string } | { userCode: string; except: string[] },
  orRefuse = true,
  at = NOW,
): Change => ({
  do: 'end credentials',
  where,
  reason: 'revoked',
  at,
  ...(orRefuse ? { orRefuse } : {}),
})

async function heard(store: Store): Promise<readonly string[]> {
  const follower = store.log.follow(0)
  const { value } = (await follower.next()) as { value: Heard }
  await follower.return?.()
  return value.entries.flatMap((entry) => (entry.kind === 'ended' ? [entry.sid] : []))
}

/** A database of which single calls can be made to fail. */
function failing(database: Store, fails: { write: boolean }): Store {
  return {
    ...database,
    write: async (changes) => {
      if (fails.write) throw new StoreError('The database is down.')
      return database.write(changes)
    },
  }
}

test('When the database fails, what had been claimed in Redis is taken back, and nobody is told of it.', async () => {
  const fails = { write: false }
  const store = await open(failing(createMemoryStore(), fails))
  const [remembered, session] = [aRemembered(), aSession()]
  await store.write([insertion(remembered), insertion(session)])
  fails.write = true
  const newcomer = aSession({ lineage: remembered.id })
  const next = { ...remembered, hash: 'new', version: 2 }
  const changes: Change[] = [
    insertion(newcomer),
    { do: 'replace credential', next, ifVersion: 1 },
    ending({ id: session.id }),
    { do: 'insert user', user: aUser() },
  ]
  await assert.rejects(store.write(changes), StoreError)
  assert.equal(await store.credentials.find(newcomer.id), undefined)
  assert.deepEqual(await store.credentials.find(remembered.id), remembered)
  assert.deepEqual(await store.credentials.find(session.id), session)
  assert.deepEqual(await heard(store), [])
  // Who ends everything of the user still finds it.
  assert.ok((await store.credentials.listByUser(session.userCode)).some(({ id }) => id === session.id))
  fails.write = false
  assert.ok((await store.write(changes)).landed)
  assert.deepEqual(await heard(store), [session.id])
  await store.close()
})

test('When the database refuses, nothing of the write is left in Redis.', async () => {
  const store = await open()
  const session = aSession()
  await store.write([insertion(session)])
  const newcomer = aSession()
  const written = await store.write([
    insertion(newcomer),
    ending({ id: session.id }),
    { do: 'require user', code: 'usr_nobody', version: 1 },
    ending({ userCode: session.userCode, except: [] }, false),
  ])
  assert.deepEqual(written, { landed: false, refusedAt: 2 })
  assert.equal(await store.credentials.find(newcomer.id), undefined)
  assert.deepEqual(await store.credentials.find(session.id), session)
  assert.deepEqual(await heard(store), [])
  await store.close()
})

test('What the database knows to have ended, and Redis does not, has ended before anything is read.', async () => {
  const database = createMemoryStore()
  const first = await open(database)
  const [session, remembered] = [aSession(), aRemembered()]
  await first.write([insertion(session), insertion(remembered)])
  // As after a crash between the database and Redis.
  const tombstones = [session, remembered].map(
    ({ id, kind, hash, expiresAt }): Tombstone => ({ kind: 'tombstone', was: kind, id, hash, reason: 'revoked', endedAt: NOW, expiresAt }),
  )
  await database.write(tombstones.map((tombstone) => ({ do: 'keep tombstone', tombstone })))
  const second = await open(database)
  for (const tombstone of tombstones) assert.deepEqual(await second.credentials.find(tombstone.id), tombstone)
  assert.deepEqual(await heard(first), [session.id])
  await second.close()
  await first.close()
})

test('Restored from an older copy, Redis revives nothing that somebody has ended.', async () => {
  const database = createMemoryStore()
  const store = await open(database)
  const [kept, ended, stolen] = [aSession(), aSession(), aRemembered()]
  const child = aSession({ lineage: stolen.id, startedBy: stolen.id })
  await store.write([kept, ended, stolen, child].map(insertion))
  const copy = `${redis.folder}-copy`
  await cp(redis.folder, copy, { recursive: true })
  await store.write([ending({ id: ended.id })])
  await store.write([ending({ lineage: stolen.id }), { do: 'append entry', entry: { kind: 'keys', at: NOW } }])

  await redis.kill()
  await rm(redis.folder, { recursive: true })
  await cp(copy, redis.folder, { recursive: true })
  await redis.start()
  await rm(copy, { recursive: true })

  await until('the store to answer again', () =>
    store.probe().then(
      () => true,
      () => false,
    ),
  )
  assert.deepEqual(await store.credentials.find(kept.id), kept)
  for (const { id } of [ended, stolen, child]) assert.equal((await store.credentials.find(id))?.kind, 'tombstone')
  assert.deepEqual((await heard(store)).toSorted(), [ended.id, child.id].toSorted())
  // Another process that comes up only now finds the same.
  const other = await open(database)
  for (const { id } of [ended, stolen, child]) assert.equal((await other.credentials.find(id))?.kind, 'tombstone')
  await other.close()
  await store.close()
})

test('Killed and started again, Redis has everything that was confirmed, and followers miss nothing.', async () => {
  const store = await open()
  const confirmed: string[] = []
  const follower = store.log.follow(0)
  const sids: string[] = []
  let position = 0
  const following = (async () => {
    for await (const each of follower) {
      sids.push(...each.entries.flatMap((entry) => (entry.kind === 'ended' ? [entry.sid] : [])))
      position = each.position
    }
  })().catch(() => {})
  const writing = (async () => {
    for (let index = 0; ; index += 1) {
      const record = aSession({ id: `k${index}` })
      try {
        await store.write([insertion(record)])
        await store.write([ending({ id: record.id })])
        confirmed.push(record.id)
      } catch (error) {
        assert.ok(error instanceof StoreError)
        return
      }
    }
  })()
  await until('a few endings', () => confirmed.length > 20)
  await redis.kill()
  await writing
  await following
  await assert.rejects(store.credentials.find('k0'), StoreError)
  await redis.start()
  await until('the store to answer again', () =>
    store.credentials.find('k0').then(
      () => true,
      () => false,
    ),
  )
  for (const id of confirmed) assert.equal((await store.credentials.find(id))?.kind, 'tombstone', id)
  const resumed = store.log.follow(position)
  const { value } = (await resumed.next()) as { value: Heard }
  sids.push(...value.entries.flatMap((entry) => (entry.kind === 'ended' ? [entry.sid] : [])))
  for (const id of confirmed) assert.ok(sids.includes(id), id)
  await store.close()
})

test('A Redis that has frozen is a fault within seconds; thawed, it answers, and a sign-out that was not confirmed is told or undone.', async () => {
  const store = await open()
  const session = aSession()
  await store.write([insertion(session)])
  redis.signal('SIGSTOP')
  const began = performance.now()
  await assert.rejects(store.credentials.find(session.id), StoreError)
  await assert.rejects(store.write([ending({ id: session.id })]), StoreError)
  assert.ok(performance.now() - began < 6_000)
  redis.signal('SIGCONT')
  await until('the sign-out to be told or undone', async () => {
    const found = await store.credentials.find(session.id).catch(() => undefined)
    return found?.kind === 'session' || (found?.kind === 'tombstone' && (await heard(store)).includes(session.id))
  })
  await store.close()
})

test('Emptied, Redis forgets who was signed in, and still tells what has ended.', async () => {
  const database = createMemoryStore()
  const store = await open(database)
  const [live, ended] = [aSession(), aSession()]
  await store.write([insertion(live), insertion(ended)])
  await store.write([ending({ id: ended.id })])
  await redis.ask('FLUSHALL')
  const other = await open(database)
  assert.equal(await other.credentials.find(live.id), undefined)
  assert.deepEqual(await heard(other), [ended.id])
  await other.close()
  await store.close()
})

test('A password that Redis asks for is part of the URL, and is in no message.', async () => {
  await redis.ask('CONFIG', 'SET', 'requirepass', 'open-sesame')
  try {
    const url = new URL(redis.url)
    for (const password of ['', 'secret-but-wrong']) {
      url.password = password
      await assert.rejects(openRedisStore({ url: url.href, database: createMemoryStore() }), (error) => {
        assert.ok(error instanceof StoreError)
        assert.match(error.message, /^Redis at 127\.0\.0\.1:\d+ refuses the user name or the password\.$/)
        return true
      })
    }
    url.password = 'open-sesame'
    await (await openRedisStore({ url: url.href, database: createMemoryStore() })).close()
  } finally {
    await redis.ask('-a', 'open-sesame', 'CONFIG', 'SET', 'requirepass', '')
  }
})
