// Revocation by operators, single and bulk: exactly the target is revoked, it can be counted first, and writes have a bounded size.

import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import type { CredentialRecord } from '../../src/domain/credential.ts'
import { AuthError, StoreError } from '../../src/domain/errors.ts'
import { DAY, HOUR } from '../../src/domain/time.ts'
import { countRevocable, type RevocationTarget, revoke } from '../../src/engine/revoke.ts'
import type { Change, Store } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { makeRememberMe, makeSession, makeUser } from '../../src/testing/samples.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { login, register } from '../support/users.ts'

/** A store that records the revocations written to it, and fails the write with a given number. */
function watchedStore() {
  const store = createMemoryStore()
  const writes: (readonly Change[])[] = []
  const failing = { at: Number.POSITIVE_INFINITY }
  const watched: Store = {
    ...store,
    write: async (changes) => {
      if (changes.some(({ do: kind }) => kind === 'revoke credentials')) {
        if (writes.length + 1 >= failing.at) throw new StoreError('The store is away.')
        writes.push(changes)
      }
      return store.write(changes)
    },
  }
  return { store: watched, writes, failing }
}

async function fill(store: Store, ...records: readonly CredentialRecord[]): Promise<void> {
  const userIds = new Set(records.map(({ userId }) => userId))
  await store.write([...userIds].map((id): Change => ({ do: 'insert user', user: makeUser({ id }) })))
  await store.write(records.map((record): Change => ({ do: 'insert credential', record })))
}

/** A remember-me login and the session it started. */
function lineageOf(userId: string, startedAt: number, sessionStartedAt = startedAt): readonly [CredentialRecord, CredentialRecord] {
  const times = (at: number) => ({ startedAt: at, lastSeenAt: at, authTime: startedAt, expiresAt: at + 30 * DAY })
  const rememberMe = makeRememberMe({ userId, ...times(startedAt) })
  const session = makeSession({ userId, lineage: rememberMe.id, startedBy: rememberMe.id, ...times(sessionStartedAt) })
  return [rememberMe, session]
}

async function live(latchkey: InProcess): Promise<ReadonlySet<string>> {
  const { users, credentials } = latchkey.engine.store
  const records = await Promise.all((await users.page(null, 1_000)).map(({ id }) => credentials.listByUser(id)))
  return new Set(records.flat().map(({ id }) => id))
}

/** Counts, revokes, and checks that exactly the counted credentials are gone; returns the remaining ones. */
async function revoked(latchkey: InProcess, target: RevocationTarget, counts: { users: number; sessions: number; rememberMe: number }) {
  const before = await live(latchkey)
  deepEqual(await countRevocable(latchkey.engine, target), counts)
  deepEqual(await live(latchkey), before, 'counting revokes nothing')
  deepEqual(await revoke(latchkey.engine, 'operator', target), counts)
  const left = await live(latchkey)
  equal(before.size - left.size, counts.sessions + counts.rememberMe)
  return left
}

test('by id, a session is revoked alone, and a remember-me login with every session of its lineage', async () => {
  await using latchkey = await startInProcess()
  const now = latchkey.clock.now()
  const [rememberMe, session] = lineageOf('usr_a', now)
  const [other, otherSession] = lineageOf('usr_a', now)
  await fill(latchkey.engine.store, rememberMe, session, other, otherSession)
  const left = await revoked(latchkey, { id: session.id }, { users: 1, sessions: 1, rememberMe: 0 })
  deepEqual(left, new Set([rememberMe.id, other.id, otherSession.id]))
  deepEqual(await revoked(latchkey, { id: other.id }, { users: 1, sessions: 1, rememberMe: 1 }), new Set([rememberMe.id]))
})

test('a lineage is revoked as a whole, by the id of its remember-me login or of a session', async () => {
  await using latchkey = await startInProcess()
  const now = latchkey.clock.now()
  const [first, firstSession] = lineageOf('usr_a', now)
  const [second, secondSession] = lineageOf('usr_a', now)
  const alone = makeSession({ userId: 'usr_a', startedAt: now, lastSeenAt: now, expiresAt: now + DAY })
  await fill(latchkey.engine.store, first, firstSession, second, secondSession, alone)
  await revoked(latchkey, { lineage: first.id }, { users: 1, sessions: 1, rememberMe: 1 })
  deepEqual(await revoked(latchkey, { lineage: secondSession.id }, { users: 1, sessions: 1, rememberMe: 1 }), new Set([alone.id]))
  await revoked(latchkey, { lineage: alone.id }, { users: 1, sessions: 1, rememberMe: 0 })
})

test('a lineage is found by its id also after its remember-me login has expired', async () => {
  await using latchkey = await startInProcess()
  const now = latchkey.clock.now()
  const [rememberMe, session] = lineageOf('usr_b', now)
  const [other] = lineageOf('usr_a', now)
  await fill(latchkey.engine.store, rememberMe, session, other)
  await latchkey.engine.store.write([{ do: 'revoke credentials', where: { id: rememberMe.id }, reason: 'expired', at: now }])
  deepEqual(await revoked(latchkey, { lineage: rememberMe.id }, { users: 1, sessions: 1, rememberMe: 0 }), new Set([other.id]))
  const again = await revoke(latchkey.engine, 'operator', { lineage: rememberMe.id })
  equal(again instanceof AuthError && again.code, 'resource.not_found')
})

test('a missing target is not found, for counting and for revoking', async () => {
  await using latchkey = await startInProcess()
  for (const target of [{ id: 'nothing' }, { lineage: 'nothing' }, { user: 'unknown' }]) {
    for (const response of [await countRevocable(latchkey.engine, target), await revoke(latchkey.engine, 'operator', target)]) {
      equal(response instanceof AuthError && response.code, 'resource.not_found', JSON.stringify(target))
    }
  }
})

test('`before` revokes the lineages that started earlier, with their later sessions', async () => {
  await using latchkey = await startInProcess()
  const now = latchkey.clock.now()
  const [old, resumed] = lineageOf('usr_a', now - 5 * DAY, now - HOUR)
  const [young, youngSession] = lineageOf('usr_a', now - HOUR)
  const exact = makeSession({ userId: 'usr_b', startedAt: now - DAY, authTime: now - DAY, lastSeenAt: now, expiresAt: now + DAY })
  const external = makeSession({ userId: 'usr_b', startedAt: now - HOUR, authTime: 0, lastSeenAt: now, expiresAt: now + DAY })
  const orphanedSession = lineageOf('usr_c', now - 5 * DAY, now - HOUR)[1]
  await fill(latchkey.engine.store, old, resumed, young, youngSession, exact, external, orphanedSession)
  const left = await revoked(latchkey, { before: now - DAY }, { users: 2, sessions: 2, rememberMe: 1 })
  deepEqual(left, new Set([young.id, youngSession.id, exact.id, external.id]))
  deepEqual(
    await revoked(latchkey, { before: now - DAY + 1 }, { users: 1, sessions: 1, rememberMe: 0 }),
    new Set([young.id, youngSession.id, external.id]),
  )
})

test('`all` revokes every user, on every page, and records it in the audit log of each', async () => {
  const { store, writes } = watchedStore()
  await using latchkey = await startInProcess({}, { store })
  const now = latchkey.clock.now()
  const userIds = Array.from({ length: 250 }, (_, index) => `usr_${String(index).padStart(4, '0')}`)
  await fill(store, ...userIds.flatMap((userId) => lineageOf(userId, now)))
  const busy = Array.from({ length: 350 }, () => makeSession({ userId: 'usr_busy', startedAt: now, lastSeenAt: now, expiresAt: now + DAY }))
  await fill(store, ...busy)
  const left = await revoked(latchkey, { all: true }, { users: 251, sessions: 600, rememberMe: 250 })
  equal(left.size, 0)
  for (const changes of writes) ok(changes.length <= 200, `${changes.length} changes in one write`)
  for (const userId of userIds) {
    const events = await store.auditEvents.list(userId, null, 10)
    deepEqual(
      events.map(({ action, detail }) => ({ action, detail })),
      [{ action: 'session.revoke', detail: { by: 'operator' } }],
    )
  }
})

test('after an interruption revoked credentials stay revoked, the others stay valid, and a repeated call continues', async () => {
  const { store, writes, failing } = watchedStore()
  await using latchkey = await startInProcess({}, { store })
  const now = latchkey.clock.now()
  const userIds = Array.from({ length: 250 }, (_, index) => `usr_${String(index).padStart(4, '0')}`)
  await fill(store, ...userIds.flatMap((userId) => lineageOf(userId, now)))
  failing.at = 2
  const progress: number[] = []
  await rejects(
    revoke(latchkey.engine, 'operator', { all: true }, ({ sessions }) => progress.push(sessions)),
    StoreError,
  )
  deepEqual(progress, [100])
  equal((await live(latchkey)).size, 300)
  failing.at = Number.POSITIVE_INFINITY
  deepEqual(await countRevocable(latchkey.engine, { all: true }), { users: 150, sessions: 150, rememberMe: 150 })
  deepEqual(await revoke(latchkey.engine, 'operator', { all: true }), { users: 150, sessions: 150, rememberMe: 150 })
  deepEqual(await revoke(latchkey.engine, 'operator', { all: true }), { users: 0, sessions: 0, rememberMe: 0 })
  equal(writes.flat().filter(({ do: kind }) => kind === 'append audit event').length, 250)
})

test('between pages and writes the event loop is free for other work', async () => {
  const { store, writes } = watchedStore()
  await using latchkey = await startInProcess({}, { store })
  const now = latchkey.clock.now()
  const userIds = Array.from({ length: 1_000 }, (_, index) => `usr_${String(index).padStart(4, '0')}`)
  await fill(store, ...userIds.flatMap((userId) => lineageOf(userId, now)))
  let turns = 0
  const turning = setInterval(() => {
    turns += 1
  }, 1)
  await countRevocable(latchkey.engine, { all: true })
  ok(turns >= 8, `${turns} turns while ten pages were counted`)
  turns = 0
  await revoke(latchkey.engine, 'operator', { all: true })
  clearInterval(turning)
  equal(writes.length, 10)
  ok(turns >= 8, `${turns} turns while ten writes revoked everything`)
})

test('a cached credential is refused at once by the same process', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  equal((await latchkey.call('GET', '/access/session', { headers: { authorization: alice.token } })).status, 200)
  latchkey.clock.advance(10)
  const again = await login(latchkey)
  await revoke(latchkey.engine, 'operator', { before: latchkey.clock.now() })
  const refused = await latchkey.call('GET', '/access/session', { headers: { authorization: alice.token } })
  deepEqual([refused.status, refused.json.reason], [401, 'session_ended'])
  equal((await latchkey.call('GET', '/access/session', { headers: { authorization: again.token } })).status, 200)
  const resumed = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.remembered } })
  deepEqual([resumed.status, resumed.json.reason], [401, 'revoked'])
})

test('a future time or an invalid target is rejected', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  for (const before of [latchkey.clock.now() + 1, Number.NaN, Number.POSITIVE_INFINITY]) {
    await rejects(revoke(latchkey.engine, 'operator', { before }), TypeError)
    await rejects(countRevocable(latchkey.engine, { before }), TypeError)
  }
  for (const nothing of [{}, { all: false }]) await rejects(revoke(latchkey.engine, 'operator', nothing as never), TypeError)
  equal((await latchkey.call('GET', '/access/session', { headers: { authorization: alice.token } })).status, 200)
})
