// Refusals of cached credentials: the credential cache never accepts more than the store would.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setRoles } from '../../src/engine/users.ts'
import type { LogBatch, Store } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'
import { waitFor } from '../support/wait-for.ts'

async function ask(latchkey: InProcess, headers: Readonly<Record<string, string>>) {
  const { status, json } = await latchkey.call('GET', '/access/session', { headers })
  return status === 200 ? 'accepted' : `${json.code} ${json.reason ?? ''}`.trim()
}

/** The clock was advanced: the revocation feed must be current before the cache accepts. */
async function resubscribe({ engine, clock }: InProcess) {
  await waitFor('the revocation feed', () => engine.revocationFeed.isCurrent(clock.now()))
}

/** A different value of the same length. */
function altered(value: string, at = value.length - 10): string {
  const other = value[at] === 'A' ? 'B' : 'A'
  return value.slice(0, at) + other + value.slice(at + 1)
}

test('a cached session or token is refused at once after its session was revoked', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  assert.equal(await ask(latchkey, { cookie: alice.session }), 'accepted')
  assert.equal(await ask(latchkey, { authorization: alice.token }), 'accepted')
  await latchkey.call('POST', `/access/logout/${alice.userId}`, { headers: { authorization: alice.token } })
  assert.equal(await ask(latchkey, { cookie: alice.session }), 'session.required revoked')
  assert.equal(await ask(latchkey, { authorization: alice.token }), 'token.invalid session_ended')
})

test('an altered credential of the same length is refused, cached or not', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  await ask(latchkey, { cookie: alice.session })
  await ask(latchkey, { authorization: alice.token })
  for (let at = alice.session.indexOf('=') + 1; at < alice.session.length; at += 1) {
    if (alice.session[at] === '.') continue
    assert.match(await ask(latchkey, { cookie: altered(alice.session, at) }), /^session\.required unknown/, `at ${at}`)
  }
  for (let at = 0; at < alice.token.length; at += 7) {
    if (alice.token[at] === '.') continue
    assert.equal(await ask(latchkey, { authorization: altered(alice.token, at) }), 'token.invalid malformed', `at ${at}`)
  }
})

test('a cached session is refused as idle after the idle timeout, and not before', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  latchkey.clock.advance(20 * 60_000 - 1)
  assert.equal(await ask(latchkey, { cookie: alice.session }), 'accepted')
  latchkey.clock.advance(20 * 60_000)
  await resubscribe(latchkey)
  assert.equal(await ask(latchkey, { cookie: alice.session }), 'session.required idle')
})

test('a passive request does not extend a session', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  latchkey.clock.advance(19 * 60_000)
  await resubscribe(latchkey)
  assert.equal(await ask(latchkey, { cookie: alice.session, 'x-latchkey-passive': '1' }), 'accepted')
  latchkey.clock.advance(60_000)
  assert.equal(await ask(latchkey, { cookie: alice.session }), 'session.required idle')
})

test('a cached session is refused at its absolute timeout, however busy it was', async () => {
  await using latchkey = await startInProcess({ sessionAbsoluteTimeout: '30m' })
  const alice = await register(latchkey)
  for (let minute = 0; minute < 29; minute += 1) {
    latchkey.clock.advance(60_000)
    assert.equal(await ask(latchkey, { cookie: alice.session }), 'accepted')
  }
  latchkey.clock.advance(60_000)
  assert.equal(await ask(latchkey, { cookie: alice.session }), 'session.required expired')
})

test('a cached token is refused when it expires', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  latchkey.clock.advance(299_000)
  assert.equal(await ask(latchkey, { authorization: alice.token }), 'accepted')
  latchkey.clock.advance(1_000)
  assert.equal(await ask(latchkey, { authorization: alice.token }), 'token.invalid expired')
})

test('a token that outlives the idle timeout is refused once its session is idle', async () => {
  await using latchkey = await startInProcess({ sessionIdleTimeout: '60s' })
  const alice = await register(latchkey)
  latchkey.clock.advance(59_000)
  assert.equal(await ask(latchkey, { authorization: alice.token }), 'accepted')
  latchkey.clock.advance(60_000)
  assert.equal(await ask(latchkey, { authorization: alice.token }), 'token.invalid session_ended')
})

test('after a role change, older tokens have to be renewed and sessions have the new roles', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  await ask(latchkey, { authorization: alice.token })
  latchkey.clock.advance(1_000)
  await setRoles(latchkey.engine, 'operator', 'alice', ['admin'])
  await waitFor('the change', () => latchkey.engine.revocationFeed.changedAt(alice.sid) !== undefined)
  await resubscribe(latchkey)
  assert.equal(await ask(latchkey, { authorization: alice.token }), 'token.invalid expired')
  const { json } = await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })
  assert.deepEqual(json.user.roles, ['admin'])
  const renewed = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.session } })
  assert.deepEqual(renewed.json.user.roles, ['admin'])
  assert.equal(await ask(latchkey, { authorization: renewed.json.token }), 'accepted')
})

/** The same store for a second process, whose stop does not close it. */
function sharedStore(store: Store): Store {
  return { ...store, close: async () => {} }
}

test('a token renewed within the second of a role change is valid everywhere at once, and an older one nowhere', async () => {
  const store = createMemoryStore()
  await using latchkey = await startInProcess({}, { store })
  await using other = await startInProcess({}, { store: sharedStore(store) })
  const both = [latchkey, other] as const
  const advance = async (milliseconds: number) => {
    for (const each of both) each.clock.advance(milliseconds)
    await Promise.all(both.map(resubscribe))
  }
  const alice = await register(latchkey)
  const renew = async () => (await latchkey.call('POST', '/access/token', { headers: { cookie: alice.session } })).json.token
  await advance(1_300)
  const before = await renew()
  await advance(200)
  await setRoles(latchkey.engine, 'operator', 'alice', ['admin'])
  await waitFor('the change', () => both.every(({ engine }) => engine.revocationFeed.changedAt(alice.sid) !== undefined))
  await advance(200)
  const after = await renew()
  for (const each of both) {
    assert.equal(await ask(each, { authorization: after }), 'accepted')
    assert.equal(await ask(each, { authorization: before }), 'token.invalid expired')
    each.resetCounts()
    assert.equal(await ask(each, { authorization: after }), 'accepted')
    assert.equal(each.counts.reads, 0)
  }
})

/** A store whose revocation log can be silenced. */
function storeWithSilentLog(): Store & { silence(): void } {
  const store = createMemoryStore()
  let silent = false
  async function* subscribe(from: number): AsyncGenerator<LogBatch, undefined> {
    for await (const batch of store.log.subscribe(from)) {
      if (silent) return
      yield batch
    }
    return undefined
  }
  const log = {
    subscribe: (from: number) => (silent ? neverYields() : subscribe(from)),
    trim: (before: number) => store.log.trim(before),
  }
  return { ...store, log, silence: () => (silent = true) }
}

async function* neverYields(): AsyncGenerator<LogBatch, undefined> {
  yield* []
  return undefined
}

test('when the revocation log is silent for a second, every check reads the store, and revoked sessions are refused', async () => {
  const store = storeWithSilentLog()
  await using latchkey = await startInProcess({}, { store })
  const alice = await register(latchkey)
  const token = { authorization: alice.token }
  const cookie = { cookie: alice.session }
  await ask(latchkey, token)
  store.silence()
  latchkey.clock.advance(1_001)
  await new Promise((resolve) => setTimeout(resolve, 400))
  latchkey.clock.advance(1_001)
  latchkey.resetCounts()
  assert.equal(await ask(latchkey, cookie), 'accepted')
  assert.equal(await ask(latchkey, token), 'accepted')
  assert.ok(latchkey.counts.reads >= 2, 'the store was read')
  // Revoked by another process while the feed is silent.
  await store.write([{ do: 'revoke credentials', where: { id: alice.sid }, reason: 'revoked', at: latchkey.clock.now() }])
  assert.equal(await ask(latchkey, cookie), 'session.required revoked')
  assert.equal(await ask(latchkey, token), 'token.invalid session_ended')
})

test('a revocation by another process invalidates the cache', async () => {
  const store = createMemoryStore()
  await using latchkey = await startInProcess({}, { store })
  const alice = await register(latchkey)
  await ask(latchkey, { authorization: alice.token })
  await store.write([{ do: 'revoke credentials', where: { id: alice.sid }, reason: 'revoked', at: latchkey.clock.now() }])
  await waitFor('the revocation', async () => (await ask(latchkey, { authorization: alice.token })) === 'token.invalid session_ended')
  assert.equal(await ask(latchkey, { cookie: alice.session }), 'session.required revoked')
})

test('a new process reads the retained log before it accepts a token', async () => {
  const store = createMemoryStore()
  const settings = { secret: 'a-secret-that-two-servers-share-0123' }
  const first = await startInProcess(settings, { store })
  const alice = await register(first)
  await first.call('POST', `/access/logout/${alice.userId}`, { headers: { authorization: alice.token } })
  await first.engine.stop()
  await using second = await startInProcess(settings, { store })
  assert.equal(await ask(second, { authorization: alice.token }), 'token.invalid session_ended')
})

/** Actions between a read and its result, one for each coming read. */
type ConcurrentActions = (() => Promise<void>)[]

function storeWithSlowFind(store: Store, meanwhile: ConcurrentActions): Store {
  async function find(id: string) {
    const found = await store.credentials.find(id)
    await meanwhile.shift()?.()
    return found
  }
  return { ...store, credentials: { ...store.credentials, find } }
}

test('a record read before a revocation and evaluated after it is neither accepted nor cached', async () => {
  const memory = createMemoryStore()
  const meanwhile: ConcurrentActions = []
  await using elsewhere = await startInProcess({}, { store: memory })
  await using latchkey = await startInProcess({}, { store: sharedStore(storeWithSlowFind(memory, meanwhile)) })
  const alice = await register(elsewhere)
  meanwhile.push(async () => {
    await memory.write([{ do: 'revoke credentials', where: { id: alice.sid }, reason: 'revoked', at: latchkey.clock.now() }])
    await waitFor('the revocation', () => latchkey.engine.revocationFeed.revocationReason(alice.sid) !== undefined)
  })
  assert.equal(await ask(latchkey, { cookie: alice.session }), 'session.required revoked')
  assert.equal(meanwhile.length, 0)
  assert.equal(await ask(latchkey, { cookie: alice.session }), 'session.required revoked')
})

test('a token issued while its session is changed and revoked is not accepted from the cache', async () => {
  const memory = createMemoryStore()
  const meanwhile: ConcurrentActions = []
  await using elsewhere = await startInProcess({}, { store: memory })
  await using latchkey = await startInProcess({}, { store: sharedStore(storeWithSlowFind(memory, meanwhile)) })
  const alice = await register(elsewhere)
  const waitUntilKnown = (what: string, value: () => unknown) => waitFor(what, () => value() !== undefined)
  meanwhile.push(
    async () => {
      await setRoles(elsewhere.engine, 'operator', 'alice', ['admin'])
      await waitUntilKnown('the change', () => latchkey.engine.revocationFeed.changedAt(alice.sid))
    },
    async () => {
      const renewed = await elsewhere.call('POST', '/access/token', { headers: { cookie: alice.session } })
      await elsewhere.call('POST', `/access/logout/${alice.userId}`, { headers: { authorization: renewed.json.token } })
      await waitUntilKnown('the revocation', () => latchkey.engine.revocationFeed.revocationReason(alice.sid))
    },
  )
  const { json } = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.session } })
  assert.equal(meanwhile.length, 0)
  assert.equal(await ask(latchkey, { authorization: json.token }), 'token.invalid session_ended')
})

test('a credential cached as one kind is not accepted as another', async () => {
  await using latchkey = await startInProcess()
  const { json, jar } = await latchkey.call('POST', '/access/register', { body: ALICE })
  const session = jar.latchkey_session ?? ''
  for (let warm = 0; warm < 2; warm += 1) {
    assert.equal(await ask(latchkey, { cookie: `latchkey_session=${session}` }), 'accepted')
    assert.equal(await ask(latchkey, { authorization: json.token }), 'accepted')
    assert.equal(await ask(latchkey, { authorization: session }), 'token.invalid malformed')
    assert.equal(await ask(latchkey, { authorization: `Bearer ${session}` }), 'token.invalid malformed')
    assert.equal(await ask(latchkey, { authorization: `Session ${json.token}` }), 'session.required unknown')
    assert.equal(await ask(latchkey, { cookie: `latchkey_session=${json.token}` }), 'session.required unknown')
    const minted = await latchkey.call('POST', '/access/token', { headers: { authorization: `Session ${json.token}` } })
    assert.equal(minted.status, 401)
  }
})
