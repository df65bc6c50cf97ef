// What an operator ends, one by one and at large: just what is meant, counted before, in writes of a bounded size.

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

/** What the store is told to write, and a fault instead of the write with this number. */
function watchedStore() {
  const store = createMemoryStore()
  const writes: (readonly Change[])[] = []
  const failing = { at: Number.POSITIVE_INFINITY }
  const watched: Store = {
    ...store,
    write: async (changes) => {
      if (changes.some(({ do: what }) => what === 'revoke credentials')) {
        if (writes.length + 1 >= failing.at) throw new StoreError('The store is away.')
        writes.push(changes)
      }
      return store.write(changes)
    },
  }
  return { store: watched, writes, failing }
}

async function fill(store: Store, ...records: readonly CredentialRecord[]): Promise<void> {
  const codes = new Set(records.map(({ userId }) => userId))
  await store.write([...codes].map((id): Change => ({ do: 'insert user', user: makeUser({ id }) })))
  await store.write(records.map((record): Change => ({ do: 'insert credential', record })))
}

/** Somebody's remembered login and the session it started. */
function lineageOf(userId: string, began: number, sessionBegan = began): readonly [CredentialRecord, CredentialRecord] {
  const times = (at: number) => ({ startedAt: at, lastSeenAt: at, authTime: began, expiresAt: at + 30 * DAY })
  const remembered = makeRememberMe({ userId, ...times(began) })
  const session = makeSession({ userId, lineage: remembered.id, startedBy: remembered.id, ...times(sessionBegan) })
  return [remembered, session]
}

async function live(latchkey: InProcess): Promise<ReadonlySet<string>> {
  const { users, credentials } = latchkey.engine.store
  const records = await Promise.all((await users.page(null, 1_000)).map(({ id }) => credentials.listByUser(id)))
  return new Set(records.flat().map(({ id }) => id))
}

/** Counts, ends, and finds that it was just what was counted; returns what is left. */
async function revoked(latchkey: InProcess, what: RevocationTarget, counts: { users: number; sessions: number; rememberMe: number }) {
  const before = await live(latchkey)
  deepEqual(await countRevocable(latchkey.engine, what), counts)
  deepEqual(await live(latchkey), before, 'counting ends nothing')
  deepEqual(await revoke(latchkey.engine, 'operator', what), counts)
  const left = await live(latchkey)
  equal(before.size - left.size, counts.sessions + counts.rememberMe)
  return left
}

test('By its id a session ends alone, and a remembered login with every session of its lineage', async () => {
  await using latchkey = await startInProcess()
  const now = latchkey.clock.now()
  const [remembered, session] = lineageOf('usr_a', now)
  const [other, otherSession] = lineageOf('usr_a', now)
  await fill(latchkey.engine.store, remembered, session, other, otherSession)
  const left = await revoked(latchkey, { id: session.id }, { users: 1, sessions: 1, rememberMe: 0 })
  deepEqual(left, new Set([remembered.id, other.id, otherSession.id]))
  deepEqual(await revoked(latchkey, { id: other.id }, { users: 1, sessions: 1, rememberMe: 1 }), new Set([remembered.id]))
})

test('A lineage ends as a whole, by the id of its remembered login as by that of a session', async () => {
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

test('A lineage is found by its id also when its remembered login is gone', async () => {
  await using latchkey = await startInProcess()
  const now = latchkey.clock.now()
  const [remembered, session] = lineageOf('usr_b', now)
  const [other] = lineageOf('usr_a', now)
  await fill(latchkey.engine.store, remembered, session, other)
  await latchkey.engine.store.write([{ do: 'revoke credentials', where: { id: remembered.id }, reason: 'expired', at: now }])
  deepEqual(await revoked(latchkey, { lineage: remembered.id }, { users: 1, sessions: 1, rememberMe: 0 }), new Set([other.id]))
  const again = await revoke(latchkey.engine, 'operator', { lineage: remembered.id })
  equal(again instanceof AuthError && again.code, 'resource.not_found')
})

test('What is not there is refused as that, to count as to end', async () => {
  await using latchkey = await startInProcess()
  for (const what of [{ id: 'nothing' }, { lineage: 'nothing' }, { user: 'nobody' }]) {
    for (const answer of [await countRevocable(latchkey.engine, what), await revoke(latchkey.engine, 'operator', what)]) {
      equal(answer instanceof AuthError && answer.code, 'resource.not_found', JSON.stringify(what))
    }
  }
})

test('Before a time end the lineages that began before it, with sessions that they started after it', async () => {
  await using latchkey = await startInProcess()
  const now = latchkey.clock.now()
  const [old, restored] = lineageOf('usr_a', now - 5 * DAY, now - HOUR)
  const [young, youngSession] = lineageOf('usr_a', now - HOUR)
  const exact = makeSession({ userId: 'usr_b', startedAt: now - DAY, authTime: now - DAY, lastSeenAt: now, expiresAt: now + DAY })
  const vouched = makeSession({ userId: 'usr_b', startedAt: now - HOUR, authTime: 0, lastSeenAt: now, expiresAt: now + DAY })
  const orphan = lineageOf('usr_c', now - 5 * DAY, now - HOUR)[1]
  await fill(latchkey.engine.store, old, restored, young, youngSession, exact, vouched, orphan)
  const left = await revoked(latchkey, { before: now - DAY }, { users: 2, sessions: 2, rememberMe: 1 })
  deepEqual(left, new Set([young.id, youngSession.id, exact.id, vouched.id]))
  deepEqual(
    await revoked(latchkey, { before: now - DAY + 1 }, { users: 1, sessions: 1, rememberMe: 0 }),
    new Set([young.id, youngSession.id, vouched.id]),
  )
})

test('Everything at large is everybody, on every page of users, and each has it in their record', async () => {
  const { store, writes } = watchedStore()
  await using latchkey = await startInProcess({}, { store })
  const now = latchkey.clock.now()
  const codes = Array.from({ length: 250 }, (_, index) => `usr_${String(index).padStart(4, '0')}`)
  await fill(store, ...codes.flatMap((code) => lineageOf(code, now)))
  const busy = Array.from({ length: 350 }, () => makeSession({ userId: 'usr_busy', startedAt: now, lastSeenAt: now, expiresAt: now + DAY }))
  await fill(store, ...busy)
  const left = await revoked(latchkey, { all: true }, { users: 251, sessions: 600, rememberMe: 250 })
  equal(left.size, 0)
  for (const changes of writes) ok(changes.length <= 200, `${changes.length} changes in one write`)
  for (const code of codes) {
    const events = await store.auditEvents.list(code, null, 10)
    deepEqual(
      events.map(({ action, detail }) => ({ action, detail })),
      [{ action: 'session.revoke', detail: { by: 'operator' } }],
    )
  }
})

test('Stopped in the middle, what has ended has ended, the rest lives, and the same again goes on', async () => {
  const { store, writes, failing } = watchedStore()
  await using latchkey = await startInProcess({}, { store })
  const now = latchkey.clock.now()
  const codes = Array.from({ length: 250 }, (_, index) => `usr_${String(index).padStart(4, '0')}`)
  await fill(store, ...codes.flatMap((code) => lineageOf(code, now)))
  failing.at = 2
  const told: number[] = []
  await rejects(
    revoke(latchkey.engine, 'operator', { all: true }, ({ sessions }) => told.push(sessions)),
    StoreError,
  )
  deepEqual(told, [100])
  equal((await live(latchkey)).size, 300)
  failing.at = Number.POSITIVE_INFINITY
  deepEqual(await countRevocable(latchkey.engine, { all: true }), { users: 150, sessions: 150, rememberMe: 150 })
  deepEqual(await revoke(latchkey.engine, 'operator', { all: true }), { users: 150, sessions: 150, rememberMe: 150 })
  deepEqual(await revoke(latchkey.engine, 'operator', { all: true }), { users: 0, sessions: 0, rememberMe: 0 })
  equal(writes.flat().filter(({ do: what }) => what === 'append audit event').length, 250)
})

test('Between its pages and its writes, everything else in the process gets its turn', async () => {
  const { store, writes } = watchedStore()
  await using latchkey = await startInProcess({}, { store })
  const now = latchkey.clock.now()
  const codes = Array.from({ length: 1_000 }, (_, index) => `usr_${String(index).padStart(4, '0')}`)
  await fill(store, ...codes.flatMap((code) => lineageOf(code, now)))
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
  ok(turns >= 8, `${turns} turns while ten writes ended everything`)
})

test('What was verified is refused by the same process at once', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  equal((await latchkey.call('GET', '/access/session', { headers: { authorization: alice.token } })).status, 200)
  latchkey.clock.advance(10)
  const again = await login(latchkey)
  await revoke(latchkey.engine, 'operator', { before: latchkey.clock.now() })
  const refused = await latchkey.call('GET', '/access/session', { headers: { authorization: alice.token } })
  deepEqual([refused.status, refused.json.reason], [401, 'session_ended'])
  equal((await latchkey.call('GET', '/access/session', { headers: { authorization: again.token } })).status, 200)
  const restored = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.remembered } })
  deepEqual([restored.status, restored.json.reason], [401, 'revoked'])
})

test('A time that lies ahead, or is none, is refused rather than understood', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  for (const before of [latchkey.clock.now() + 1, Number.NaN, Number.POSITIVE_INFINITY]) {
    await rejects(revoke(latchkey.engine, 'operator', { before }), TypeError)
    await rejects(countRevocable(latchkey.engine, { before }), TypeError)
  }
  for (const nothing of [{}, { all: false }]) await rejects(revoke(latchkey.engine, 'operator', nothing as never), TypeError)
  equal((await latchkey.call('GET', '/access/session', { headers: { authorization: alice.token } })).status, 200)
})
