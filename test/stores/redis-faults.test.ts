// The Redis store when Redis or the database beside it fails: rollback, recovery, and tombstones after a restore.

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
  const subscription = store.log.subscribe(0)
  const { value } = (await subscription.next()) as { value: LogBatch }
  await subscription.return?.()
  return value.entries.flatMap((entry) => (entry.kind === 'revoked' ? [entry.sid] : []))
}

async function isUsable(store: Store): Promise<boolean> {
  return store.probe().then(
    () => true,
    () => false,
  )
}

/** Kills Redis and restarts it from a snapshot. */
async function restoreFrom(snapshot: string): Promise<void> {
  await redis.kill()
  await rm(redis.folder, { recursive: true })
  await cp(snapshot, redis.folder, { recursive: true })
  await redis.start()
  await rm(snapshot, { recursive: true })
}

/** A database whose writes can be made to fail. */
function failing(database: Store, fails: { write: boolean }): Store {
  return {
    ...database,
    write: async (changes) => {
      if (fails.write) throw new StoreError('The database is down.')
      return database.write(changes)
    },
  }
}

test('When the database fails, the changes in Redis are rolled back, and nothing is logged.', async () => {
  const fails = { write: false }
  const store = await open(failing(createMemoryStore(), fails))
  const [rememberMe, session] = [makeRememberMe(), makeSession()]
  await store.write([insertion(rememberMe), insertion(session)])
  fails.write = true
  const newcomer = makeSession({ lineage: rememberMe.id })
  const next = { ...rememberMe, hash: 'new', version: 2 }
  const changes: Change[] = [
    insertion(newcomer),
    { do: 'replace credential', next, ifVersion: 1 },
    revocation({ id: session.id }),
    { do: 'insert user', user: makeUser() },
  ]
  await assert.rejects(store.write(changes), StoreError)
  assert.equal(await store.credentials.find(newcomer.id), undefined)
  assert.deepEqual(await store.credentials.find(rememberMe.id), rememberMe)
  assert.deepEqual(await store.credentials.find(session.id), session)
  assert.deepEqual(await revokedSessionIds(store), [])
  // A revocation by user still finds it.
  assert.ok((await store.credentials.listByUser(session.userId)).some(({ id }) => id === session.id))
  fails.write = false
  assert.ok((await store.write(changes)).committed)
  assert.deepEqual(await revokedSessionIds(store), [session.id])
  await store.close()
})

test('When the database refuses, no change of the write stays in Redis.', async () => {
  const store = await open()
  const session = makeSession()
  await store.write([insertion(session)])
  const newcomer = makeSession()
  const written = await store.write([
    insertion(newcomer),
    revocation({ id: session.id }),
    { do: 'require user', id: 'usr_missing', version: 1 },
    revocation({ userId: session.userId, except: [] }, false),
  ])
  assert.deepEqual(written, { committed: false, rejectedAt: 2 })
  assert.equal(await store.credentials.find(newcomer.id), undefined)
  assert.deepEqual(await store.credentials.find(session.id), session)
  assert.deepEqual(await revokedSessionIds(store), [])
  await store.close()
})

test('Tombstones that Redis lacks are copied from the database before anything is read.', async () => {
  const database = createMemoryStore()
  const first = await open(database)
  const [session, rememberMe] = [makeSession(), makeRememberMe()]
  await first.write([insertion(session), insertion(rememberMe)])
  // As after a crash between the database and Redis.
  const tombstones = [session, rememberMe].map(
    ({ id, kind, hash, expiresAt }): Tombstone => ({ kind: 'tombstone', was: kind, id, hash, reason: 'revoked', endedAt: NOW, expiresAt }),
  )
  await database.write(tombstones.map((tombstone) => ({ do: 'insert tombstone', tombstone })))
  const second = await open(database)
  for (const tombstone of tombstones) assert.deepEqual(await second.credentials.find(tombstone.id), tombstone)
  assert.deepEqual(await revokedSessionIds(first), [session.id])
  await second.close()
  await first.close()
})

test('Redis restored from an older snapshot revives no revoked credential.', async () => {
  const database = createMemoryStore()
  const store = await open(database)
  const [kept, revoked, stolen] = [makeSession(), makeSession(), makeRememberMe()]
  const child = makeSession({ lineage: stolen.id, startedBy: stolen.id })
  await store.write([kept, revoked, stolen, child].map(insertion))
  const snapshot = `${redis.folder}-copy`
  await cp(redis.folder, snapshot, { recursive: true })
  await store.write([revocation({ id: revoked.id })])
  await store.write([revocation({ lineage: stolen.id }), { do: 'append entry', entry: { kind: 'keys', at: NOW } }])

  await restoreFrom(snapshot)
  await waitFor('the store to be usable again', () => isUsable(store))
  assert.deepEqual(await store.credentials.find(kept.id), kept)
  for (const { id } of [revoked, stolen, child]) assert.equal((await store.credentials.find(id))?.kind, 'tombstone')
  assert.deepEqual((await revokedSessionIds(store)).toSorted(), [revoked.id, child.id].toSorted())
  // A process that starts only now finds the same.
  const other = await open(database)
  for (const { id } of [revoked, stolen, child]) assert.equal((await other.credentials.find(id))?.kind, 'tombstone')
  await other.close()
  await store.close()
})

test('After kill -9 and a restart, Redis has every confirmed write, and subscriptions miss no entry.', async () => {
  const store = await open()
  const confirmed: string[] = []
  const subscription = store.log.subscribe(0)
  const sids: string[] = []
  let position = 0
  const receiving = (async () => {
    for await (const batch of subscription) {
      sids.push(...batch.entries.flatMap((entry) => (entry.kind === 'revoked' ? [entry.sid] : [])))
      position = batch.position
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
  await waitFor('a few revocations', () => confirmed.length > 20)
  await redis.kill()
  await writing
  await receiving
  await assert.rejects(store.credentials.find('k0'), StoreError)
  await redis.start()
  await waitFor('the store to be usable again', () =>
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

test('A frozen Redis is a StoreError within seconds; when it continues, an unconfirmed sign-out is logged or undone.', async () => {
  const store = await open()
  const session = makeSession()
  await store.write([insertion(session)])
  redis.signal('SIGSTOP')
  const startedAt = performance.now()
  await assert.rejects(store.credentials.find(session.id), StoreError)
  await assert.rejects(store.write([revocation({ id: session.id })]), StoreError)
  assert.ok(performance.now() - startedAt < 6_000)
  redis.signal('SIGCONT')
  await waitFor('the sign-out to be logged or undone', async () => {
    const found = await store.credentials.find(session.id).catch(() => undefined)
    return found?.kind === 'session' || (found?.kind === 'tombstone' && (await revokedSessionIds(store)).includes(session.id))
  })
  await store.close()
})

test('An emptied Redis has no sessions, but still logs the revocations.', async () => {
  const database = createMemoryStore()
  const store = await open(database)
  const [live, revoked] = [makeSession(), makeSession()]
  await store.write([insertion(live), insertion(revoked)])
  await store.write([revocation({ id: revoked.id })])
  await redis.command('FLUSHALL')
  const other = await open(database)
  assert.equal(await other.credentials.find(live.id), undefined)
  assert.deepEqual(await revokedSessionIds(other), [revoked.id])
  await other.close()
  await store.close()
})

/** A database whose next write after `hold` waits until it is released, and then fails. */
function holding(database: Store) {
  let pendingHold: { reached: () => void; released: Promise<void> } | undefined
  const store: Store = {
    ...database,
    write: async (changes) => {
      if (pendingHold === undefined) return database.write(changes)
      const { reached, released } = pendingHold
      pendingHold = undefined
      reached()
      await released
      throw new StoreError('The database is down.')
    },
  }
  const hold = () => {
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    pendingHold = { reached: reached.resolve, released: released.promise }
    return { reached: reached.promise, release: released.resolve }
  }
  return { store, hold }
}

test('When the database commits and its response is lost, the revocations are applied in Redis too.', async () => {
  const database = createMemoryStore()
  const responses = { lost: false }
  const store = await open({
    ...database,
    write: async (changes) => {
      const written = await database.write(changes)
      if (responses.lost) throw new StoreError('The response was lost.')
      return written
    },
  })
  const session = makeSession()
  await store.write([insertion(session)])
  responses.lost = true
  await assert.rejects(store.write([revocation({ userId: session.userId, except: [] }, false)]), StoreError)
  responses.lost = false
  await waitFor('the session to be revoked', async () => (await store.credentials.find(session.id))?.kind === 'tombstone')
  await waitFor('the revocation to be logged', async () => (await revokedSessionIds(store)).includes(session.id))
  await store.close()
})

test('A write that the database commits after its timeout is applied in Redis.', async () => {
  const database = createMemoryStore()
  const commit = { delayMs: 0 }
  const store = await open({
    ...database,
    write: async (changes) => {
      if (commit.delayMs === 0) return database.write(changes)
      setTimeout(() => database.write(changes), commit.delayMs)
      throw new StoreError('The database does not answer in time.')
    },
  })
  const session = makeSession()
  await store.write([insertion(session)])
  commit.delayMs = 1_000
  await assert.rejects(store.write([revocation({ id: session.id })]), StoreError)
  assert.equal((await store.credentials.find(session.id))?.kind, 'session')
  await waitFor('the session to be revoked', async () => (await store.credentials.find(session.id))?.kind === 'tombstone')
  assert.deepEqual(await revokedSessionIds(store), [session.id])
  await store.close()
})

test('A revocation whose process is killed before it is logged is logged by the next revocation of the same user.', async () => {
  const { store: database, hold } = holding(createMemoryStore())
  const [killed, next] = [await open(database), await open(createMemoryStore())]
  const session = makeSession()
  await killed.write([insertion(session)])
  const { reached, release } = hold()
  const never = killed.write([revocation({ id: session.id }), { do: 'append entry', entry: { kind: 'keys', at: NOW } }]).catch(() => {})
  await reached
  await killed.close()
  assert.deepEqual(await revokedSessionIds(next), [])
  assert.ok((await next.write([revocation({ userId: session.userId, except: [] }, false, NOW + 11_000)])).committed)
  assert.deepEqual(await revokedSessionIds(next), [session.id])
  await next.close()
  release()
  await never
})

test('A failed revocation is not undone when another write has already met its tombstone.', async () => {
  const { store: database, hold } = holding(createMemoryStore())
  const [failing, other] = [await open(database), await open(createMemoryStore())]
  for (const byId of [false, true]) {
    const session = makeSession()
    const where = byId ? { id: session.id } : { userId: session.userId, except: [] }
    await failing.write([insertion(session)])
    const { reached, release } = hold()
    const failed = assert.rejects(failing.write([revocation({ id: session.id }), { do: 'insert user', user: makeUser() }]), StoreError)
    await reached
    assert.ok((await other.write([revocation(where, false)])).committed)
    release()
    await failed
    assert.equal((await other.credentials.find(session.id))?.kind, 'tombstone')
  }
  await failing.close()
  await other.close()
})

test('A session whose revocation was undone is still found when it expires, also after a concurrent scan.', async () => {
  const { store: database, hold } = holding(createMemoryStore())
  const [store, other] = [await open(database), await open()]
  const session = makeSession({ lastSeenAt: NOW - 40 * MINUTE, expiresAt: NOW + MINUTE })
  await store.write([insertion(session)])
  const { reached, release } = hold()
  const failed = assert.rejects(store.write([revocation({ id: session.id }), { do: 'insert user', user: makeUser() }]), StoreError)
  await reached
  await other.credentials.listExpired(NOW + 2 * MINUTE, NOW - 30 * MINUTE, 500)
  release()
  await failed
  assert.deepEqual(await store.credentials.listExpired(NOW + 2 * MINUTE, NOW - 30 * MINUTE, 500), [session])
  await store.close()
  await other.close()
})

test('A server whose clock is ahead does not advance the checkpoint past missing revocations.', async () => {
  const store = await open()
  const [early, session] = [makeSession(), makeSession()]
  await store.write([insertion(early), insertion(session)])
  await store.write([revocation({ id: early.id }, true, NOW + 600 * MINUTE)])
  const snapshot = `${redis.folder}-copy`
  await cp(redis.folder, snapshot, { recursive: true })
  await store.write([revocation({ id: session.id })])
  await restoreFrom(snapshot)
  await waitFor('the store to be usable again', () => isUsable(store))
  assert.equal((await store.credentials.find(session.id))?.kind, 'tombstone')
  await store.close()
})

test('A Redis that was a replica of an older one and is a master again revives no credential, although no connection was lost.', async () => {
  await using stale = await startRedis()
  const store = await open()
  const session = makeSession()
  await store.write([insertion(session)])
  await stale.command('SET', `lk:${session.id}`, (await redis.command('GET', `lk:${session.id}`)).replace(/\n$/, ''))
  await store.write([revocation({ id: session.id })])
  await redis.command('REPLICAOF', '127.0.0.1', String(stale.port))
  await waitFor('the replica to be synchronized', async () =>
    (await redis.command('INFO', 'replication')).includes('master_link_status:up'),
  )
  assert.equal(await isUsable(store), false)
  await redis.command('REPLICAOF', 'NO', 'ONE')
  await waitFor('the store to be usable again', () => isUsable(store))
  assert.equal((await store.credentials.find(session.id))?.kind, 'tombstone')
  await store.close()
})

test('After a host disappears without closing its connections, the store reconnects.', async () => {
  await using proxy = await startTcpProxy(redis.url.replace('redis:', 'http:'))
  const store = await openRedisStore({ url: proxy.url.replace('http:', 'redis:'), database: createMemoryStore() })
  const session = makeSession()
  await store.write([insertion(session)])
  proxy.blackhole()
  const startedAt = performance.now()
  await waitFor('the store to be usable again', () => isUsable(store))
  assert.ok(performance.now() - startedAt < 6_000)
  assert.deepEqual(await store.credentials.find(session.id), session)
  await store.close()
})

test('A Redis that evicts keys is refused, and the message says what to set.', async () => {
  await redis.command('CONFIG', 'SET', 'maxmemory', '100mb')
  await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
  try {
    await assert.rejects(open(), /maxmemory-policy allkeys-lru\): set maxmemory-policy to noeviction\.$/)
  } finally {
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    await (await open()).close()
    await redis.command('CONFIG', 'SET', 'maxmemory', '0')
  }
})

test('Revocations older than a token lifetime are not logged again in an emptied Redis.', async () => {
  const database = createMemoryStore()
  const old = makeSession()
  const { id, hash, expiresAt } = old
  const tombstone: Tombstone = { kind: 'tombstone', was: 'session', id, hash, reason: 'revoked', endedAt: NOW - 60 * MINUTE, expiresAt }
  await database.write([{ do: 'insert tombstone', tombstone }])
  const store = await open(database)
  assert.deepEqual(await revokedSessionIds(store), [])
  await store.close()
})

test('A log of several pages is read completely and in order, and trimmed completely.', async () => {
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

test('The password is read from the URL, and is not in error messages.', async () => {
  await redis.command('CONFIG', 'SET', 'requirepass', 'open-sesame')
  try {
    const url = new URL(redis.url)
    for (const password of ['', 'secret-but-wrong']) {
      url.password = password
      await assert.rejects(openRedisStore({ url: url.href, database: createMemoryStore() }), (error) => {
        assert.ok(error instanceof StoreError)
        assert.match(error.message, /^Redis at 127\.0\.0\.1:\d+ rejects the user name or password\.$/)
        return true
      })
    }
    url.password = 'open-sesame'
    await (await openRedisStore({ url: url.href, database: createMemoryStore() })).close()
  } finally {
    await redis.command('-a', 'open-sesame', 'CONFIG', 'SET', 'requirepass', '')
  }
})
