// What happens to the Redis store when Redis, or the database beside it, fails in the middle.

import assert from 'node:assert/strict'
import { cp, rm } from 'node:fs/promises'
import { after, before, beforeEach, test } from 'node:test'
import type { Tombstone } from '../../src/domain/credential.ts'
import { StoreError } from '../../src/domain/errors.ts'
import type { Change, LogBatch, Store } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { openRedisStore } from '../../src/stores/redis/redis-store.ts'
import { makeRememberMe, makeSession, makeUser } from '../../src/testing/index.ts'
import { type RunningRedis, startRedis } from '../support/redis.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { waitFor } from '../support/wait-for.ts'

let redis: RunningRedis
before(async () => {
  redis = await startRedis()
})
after(() => redis[Symbol.asyncDispose]())
beforeEach(() => redis.command('FLUSHALL'))

const NOW = Date.now()
const MINUTE = 60_000
const open = (database: Store = createMemoryStore()) => openRedisStore({ url: redis.url, database })
const insertion = (record: ReturnType<typeof makeSession> | ReturnType<typeof makeRememberMe>): Change => ({
  do: 'insert credential',
  record,
})
const revocation = (
  where: { id: string } | { lineage: string } | { userId: string; except: string[] },
  mustMatch = true,
  at = NOW,
): Change => ({
  do: 'revoke credentials',
  where,
  reason: 'revoked',
  at,
  ...(mustMatch ? { mustMatch } : {}),
})

async function revokedSessionIds(store: Store): Promise<readonly string[]> {
  const follower = store.log.subscribe(0)
  const { value } = (await follower.next()) as { value: LogBatch }
  await follower.return?.()
  return value.entries.flatMap((entry) => (entry.kind === 'revoked' ? [entry.sid] : []))
}

async function isUsable(store: Store): Promise<boolean> {
  return store.probe().then(
    () => true,
    () => false,
  )
}

/** Redis is killed, and comes back with what it had when the copy was made. */
async function restoreFrom(copy: string): Promise<void> {
  await redis.kill()
  await rm(redis.folder, { recursive: true })
  await cp(copy, redis.folder, { recursive: true })
  await redis.start()
  await rm(copy, { recursive: true })
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
  const [remembered, session] = [makeRememberMe(), makeSession()]
  await store.write([insertion(remembered), insertion(session)])
  fails.write = true
  const newcomer = makeSession({ lineage: remembered.id })
  const next = { ...remembered, hash: 'new', version: 2 }
  const changes: Change[] = [
    insertion(newcomer),
    { do: 'replace credential', next, ifVersion: 1 },
    revocation({ id: session.id }),
    { do: 'insert user', user: makeUser() },
  ]
  await assert.rejects(store.write(changes), StoreError)
  assert.equal(await store.credentials.find(newcomer.id), undefined)
  assert.deepEqual(await store.credentials.find(remembered.id), remembered)
  assert.deepEqual(await store.credentials.find(session.id), session)
  assert.deepEqual(await revokedSessionIds(store), [])
  // Who ends everything of the user still finds it.
  assert.ok((await store.credentials.listByUser(session.userId)).some(({ id }) => id === session.id))
  fails.write = false
  assert.ok((await store.write(changes)).committed)
  assert.deepEqual(await revokedSessionIds(store), [session.id])
  await store.close()
})

test('When the database refuses, nothing of the write is left in Redis.', async () => {
  const store = await open()
  const session = makeSession()
  await store.write([insertion(session)])
  const newcomer = makeSession()
  const written = await store.write([
    insertion(newcomer),
    revocation({ id: session.id }),
    { do: 'require user', id: 'usr_nobody', version: 1 },
    revocation({ userId: session.userId, except: [] }, false),
  ])
  assert.deepEqual(written, { committed: false, rejectedAt: 2 })
  assert.equal(await store.credentials.find(newcomer.id), undefined)
  assert.deepEqual(await store.credentials.find(session.id), session)
  assert.deepEqual(await revokedSessionIds(store), [])
  await store.close()
})

test('What the database knows to have ended, and Redis does not, has ended before anything is read.', async () => {
  const database = createMemoryStore()
  const first = await open(database)
  const [session, remembered] = [makeSession(), makeRememberMe()]
  await first.write([insertion(session), insertion(remembered)])
  // As after a crash between the database and Redis.
  const tombstones = [session, remembered].map(
    ({ id, kind, hash, expiresAt }): Tombstone => ({ kind: 'tombstone', was: kind, id, hash, reason: 'revoked', endedAt: NOW, expiresAt }),
  )
  await database.write(tombstones.map((tombstone) => ({ do: 'insert tombstone', tombstone })))
  const second = await open(database)
  for (const tombstone of tombstones) assert.deepEqual(await second.credentials.find(tombstone.id), tombstone)
  assert.deepEqual(await revokedSessionIds(first), [session.id])
  await second.close()
  await first.close()
})

test('Restored from an older copy, Redis revives nothing that somebody has ended.', async () => {
  const database = createMemoryStore()
  const store = await open(database)
  const [kept, ended, stolen] = [makeSession(), makeSession(), makeRememberMe()]
  const child = makeSession({ lineage: stolen.id, startedBy: stolen.id })
  await store.write([kept, ended, stolen, child].map(insertion))
  const copy = `${redis.folder}-copy`
  await cp(redis.folder, copy, { recursive: true })
  await store.write([revocation({ id: ended.id })])
  await store.write([revocation({ lineage: stolen.id }), { do: 'append entry', entry: { kind: 'keys', at: NOW } }])

  await restoreFrom(copy)
  await waitFor('the store to answer again', () => isUsable(store))
  assert.deepEqual(await store.credentials.find(kept.id), kept)
  for (const { id } of [ended, stolen, child]) assert.equal((await store.credentials.find(id))?.kind, 'tombstone')
  assert.deepEqual((await revokedSessionIds(store)).toSorted(), [ended.id, child.id].toSorted())
  // Another process that comes up only now finds the same.
  const other = await open(database)
  for (const { id } of [ended, stolen, child]) assert.equal((await other.credentials.find(id))?.kind, 'tombstone')
  await other.close()
  await store.close()
})

test('Killed and started again, Redis has everything that was confirmed, and followers miss nothing.', async () => {
  const store = await open()
  const confirmed: string[] = []
  const follower = store.log.subscribe(0)
  const sids: string[] = []
  let position = 0
  const following = (async () => {
    for await (const each of follower) {
      sids.push(...each.entries.flatMap((entry) => (entry.kind === 'revoked' ? [entry.sid] : [])))
      position = each.position
    }
  })().catch(() => {})
  const writing = (async () => {
    for (let index = 0; ; index += 1) {
      const record = makeSession({ id: `k${index}` })
      try {
        await store.write([insertion(record)])
        await store.write([revocation({ id: record.id })])
        confirmed.push(record.id)
      } catch (error) {
        assert.ok(error instanceof StoreError)
        return
      }
    }
  })()
  await waitFor('a few endings', () => confirmed.length > 20)
  await redis.kill()
  await writing
  await following
  await assert.rejects(store.credentials.find('k0'), StoreError)
  await redis.start()
  await waitFor('the store to answer again', () =>
    store.credentials.find('k0').then(
      () => true,
      () => false,
    ),
  )
  for (const id of confirmed) assert.equal((await store.credentials.find(id))?.kind, 'tombstone', id)
  const resumed = store.log.subscribe(position)
  const { value } = (await resumed.next()) as { value: LogBatch }
  sids.push(...value.entries.flatMap((entry) => (entry.kind === 'revoked' ? [entry.sid] : [])))
  for (const id of confirmed) assert.ok(sids.includes(id), id)
  await store.close()
})

test('A Redis that has frozen is a fault within seconds; thawed, it answers, and a sign-out that was not confirmed is told or undone.', async () => {
  const store = await open()
  const session = makeSession()
  await store.write([insertion(session)])
  redis.signal('SIGSTOP')
  const began = performance.now()
  await assert.rejects(store.credentials.find(session.id), StoreError)
  await assert.rejects(store.write([revocation({ id: session.id })]), StoreError)
  assert.ok(performance.now() - began < 6_000)
  redis.signal('SIGCONT')
  await waitFor('the sign-out to be told or undone', async () => {
    const found = await store.credentials.find(session.id).catch(() => undefined)
    return found?.kind === 'session' || (found?.kind === 'tombstone' && (await revokedSessionIds(store)).includes(session.id))
  })
  await store.close()
})

test('Emptied, Redis forgets who was signed in, and still tells what has ended.', async () => {
  const database = createMemoryStore()
  const store = await open(database)
  const [live, ended] = [makeSession(), makeSession()]
  await store.write([insertion(live), insertion(ended)])
  await store.write([revocation({ id: ended.id })])
  await redis.command('FLUSHALL')
  const other = await open(database)
  assert.equal(await other.credentials.find(live.id), undefined)
  assert.deepEqual(await revokedSessionIds(other), [ended.id])
  await other.close()
  await store.close()
})

/** A database whose next write after `hold` waits until it is let go, and then fails. */
function holding(database: Store) {
  let held: { reached: () => void; letGo: Promise<void> } | undefined
  const store: Store = {
    ...database,
    write: async (changes) => {
      if (held === undefined) return database.write(changes)
      const { reached, letGo } = held
      held = undefined
      reached()
      await letGo
      throw new StoreError('The database is down.')
    },
  }
  const hold = () => {
    const [reached, letGo] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    held = { reached: reached.resolve, letGo: letGo.promise }
    return { reached: reached.promise, letGo: letGo.resolve }
  }
  return { store, hold }
}

test('When the database has committed and its answer is lost, what it knows to have ended ends in Redis too.', async () => {
  const database = createMemoryStore()
  const answers = { lost: false }
  const store = await open({
    ...database,
    write: async (changes) => {
      const written = await database.write(changes)
      if (answers.lost) throw new StoreError('The answer was lost.')
      return written
    },
  })
  const session = makeSession()
  await store.write([insertion(session)])
  answers.lost = true
  await assert.rejects(store.write([revocation({ userId: session.userId, except: [] }, false)]), StoreError)
  answers.lost = false
  await waitFor('the session to have ended', async () => (await store.credentials.find(session.id))?.kind === 'tombstone')
  await waitFor('everybody to be told', async () => (await revokedSessionIds(store)).includes(session.id))
  await store.close()
})

test('A write to the database that was given up and lands a while later ends in Redis what it has ended.', async () => {
  const database = createMemoryStore()
  const late = { by: 0 }
  const store = await open({
    ...database,
    write: async (changes) => {
      if (late.by === 0) return database.write(changes)
      setTimeout(() => database.write(changes), late.by)
      throw new StoreError('The database does not answer in time.')
    },
  })
  const session = makeSession()
  await store.write([insertion(session)])
  late.by = 1_000
  await assert.rejects(store.write([revocation({ id: session.id })]), StoreError)
  assert.equal((await store.credentials.find(session.id))?.kind, 'session')
  await waitFor('the session to have ended', async () => (await store.credentials.find(session.id))?.kind === 'tombstone')
  assert.deepEqual(await revokedSessionIds(store), [session.id])
  await store.close()
})

test('Who is killed after an ending and before telling of it: the next one who ends the same tells it.', async () => {
  const { store: database, hold } = holding(createMemoryStore())
  const [killed, next] = [await open(database), await open(createMemoryStore())]
  const session = makeSession()
  await killed.write([insertion(session)])
  const { reached, letGo } = hold()
  const never = killed.write([revocation({ id: session.id }), { do: 'append entry', entry: { kind: 'keys', at: NOW } }]).catch(() => {})
  await reached
  await killed.close()
  assert.deepEqual(await revokedSessionIds(next), [])
  assert.ok((await next.write([revocation({ userId: session.userId, except: [] }, false, NOW + 11_000)])).committed)
  assert.deepEqual(await revokedSessionIds(next), [session.id])
  await next.close()
  letGo()
  await never
})

test('What somebody else has relied on as ended is not brought back when the first to end it fails.', async () => {
  const { store: database, hold } = holding(createMemoryStore())
  const [failing, other] = [await open(database), await open(createMemoryStore())]
  for (const byId of [false, true]) {
    const session = makeSession()
    const where = byId ? { id: session.id } : { userId: session.userId, except: [] }
    await failing.write([insertion(session)])
    const { reached, letGo } = hold()
    const failed = assert.rejects(failing.write([revocation({ id: session.id }), { do: 'insert user', user: makeUser() }]), StoreError)
    await reached
    assert.ok((await other.write([revocation(where, false)])).committed)
    letGo()
    await failed
    assert.equal((await other.credentials.find(session.id))?.kind, 'tombstone')
  }
  await failing.close()
  await other.close()
})

test('What was about to end and goes on living is still found when its time is over, though a sweep has passed meanwhile.', async () => {
  const { store: database, hold } = holding(createMemoryStore())
  const [store, other] = [await open(database), await open()]
  const session = makeSession({ lastSeenAt: NOW - 40 * MINUTE, expiresAt: NOW + MINUTE })
  await store.write([insertion(session)])
  const { reached, letGo } = hold()
  const failed = assert.rejects(store.write([revocation({ id: session.id }), { do: 'insert user', user: makeUser() }]), StoreError)
  await reached
  await other.credentials.listExpired(NOW + 2 * MINUTE, NOW - 30 * MINUTE, 500)
  letGo()
  await failed
  assert.deepEqual(await store.credentials.listExpired(NOW + 2 * MINUTE, NOW - 30 * MINUTE, 500), [session])
  await store.close()
  await other.close()
})

test('A server whose clock is ahead does not make anybody believe that everything has arrived.', async () => {
  const store = await open()
  const [early, session] = [makeSession(), makeSession()]
  await store.write([insertion(early), insertion(session)])
  await store.write([revocation({ id: early.id }, true, NOW + 600 * MINUTE)])
  const copy = `${redis.folder}-copy`
  await cp(redis.folder, copy, { recursive: true })
  await store.write([revocation({ id: session.id })])
  await restoreFrom(copy)
  await waitFor('the store to answer again', () => isUsable(store))
  assert.equal((await store.credentials.find(session.id))?.kind, 'tombstone')
  await store.close()
})

test('A Redis that was made a replica of an older one, and a master again, revives nothing, though no connection broke.', async () => {
  await using stale = await startRedis()
  const store = await open()
  const session = makeSession()
  await store.write([insertion(session)])
  await stale.command('SET', `lk:${session.id}`, (await redis.command('GET', `lk:${session.id}`)).replace(/\n$/, ''))
  await store.write([revocation({ id: session.id })])
  await redis.command('REPLICAOF', '127.0.0.1', String(stale.port))
  await waitFor('the replica to be in step', async () => (await redis.command('INFO', 'replication')).includes('master_link_status:up'))
  assert.equal(await isUsable(store), false)
  await redis.command('REPLICAOF', 'NO', 'ONE')
  await waitFor('the store to answer again', () => isUsable(store))
  assert.equal((await store.credentials.find(session.id))?.kind, 'tombstone')
  await store.close()
})

test('A host that has vanished without a word is given up for the one that answers now.', async () => {
  await using line = await startTcpProxy(redis.url.replace('redis:', 'http:'))
  const store = await openRedisStore({ url: line.url.replace('http:', 'redis:'), database: createMemoryStore() })
  const session = makeSession()
  await store.write([insertion(session)])
  line.blackhole()
  const began = performance.now()
  await waitFor('the store to answer again', () => isUsable(store))
  assert.ok(performance.now() - began < 6_000)
  assert.deepEqual(await store.credentials.find(session.id), session)
  await store.close()
})

test('A Redis that throws keys away when it is full is refused, and the message says what to set.', async () => {
  await redis.command('CONFIG', 'SET', 'maxmemory', '100mb')
  await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
  try {
    await assert.rejects(open(), /maxmemory-policy allkeys-lru\): set it to noeviction\.$/)
  } finally {
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    await (await open()).close()
    await redis.command('CONFIG', 'SET', 'maxmemory', '0')
  }
})

test('Emptied, Redis is not told again what ended so long ago that it is no news.', async () => {
  const database = createMemoryStore()
  const old = makeSession()
  const { id, hash, expiresAt } = old
  const tombstone: Tombstone = { kind: 'tombstone', was: 'session', id, hash, reason: 'revoked', endedAt: NOW - 60 * MINUTE, expiresAt }
  await database.write([{ do: 'insert tombstone', tombstone }])
  const store = await open(database)
  assert.deepEqual(await revokedSessionIds(store), [])
  await store.close()
})

test('A log of many pages is heard to its end in its order, and trimmed to its end.', async () => {
  const store = await open()
  const sids = Array.from({ length: 3_500 }, (_, index) => `s${index}`)
  await store.write(sids.map((sid): Change => ({ do: 'append entry', entry: { kind: 'revoked', sid, at: NOW, reason: 'revoked' } })))
  await store.write([{ do: 'append entry', entry: { kind: 'keys', at: NOW + 5 } }])
  assert.deepEqual(await revokedSessionIds(store), sids)
  assert.equal(await store.log.trim(NOW + 1), sids.length)
  assert.deepEqual(await revokedSessionIds(store), [])
  assert.equal(await store.log.trim(NOW + 9), 1)
  await store.close()
})

test('A password that Redis asks for is part of the URL, and is in no message.', async () => {
  await redis.command('CONFIG', 'SET', 'requirepass', 'open-sesame')
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
    await redis.command('-a', 'open-sesame', 'CONFIG', 'SET', 'requirepass', '')
  }
})
