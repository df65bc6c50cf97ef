// Writes with an unknown result: the response is an error, and the next request works.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../../src/domain/errors.ts'
import type { Store } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { type InProcessResponse, startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'
import { waitFor } from '../support/wait-for.ts'

type FailureMode = 'none' | 'write refused' | 'write landed, answer lost' | 'limits down' | 'giving back down'

function unreliableStore(): Store & { trouble: FailureMode } {
  const memory = createMemoryStore()
  const fail = (...when: readonly FailureMode[]) => {
    if (when.includes(unreliable.trouble)) throw new StoreError('The database is down.')
  }
  const unreliable: Store & { trouble: FailureMode } = {
    ...memory,
    trouble: 'none',
    limits: {
      ...memory.limits,
      async take(key, limit, now) {
        fail('limits down')
        return memory.limits.take(key, limit, now)
      },
      async refund(key) {
        fail('giving back down')
        return memory.limits.refund(key)
      },
    },
    async write(changes) {
      fail('write refused')
      const written = await memory.write(changes)
      fail('write landed, answer lost')
      return written
    },
  }
  return unreliable
}

function assertUnavailable({ status, json, cookies, headers }: InProcessResponse, what: string): void {
  assert.deepEqual([status, json.code, cookies, headers['retry-after']], [503, 'store.unavailable', [], '1'], what)
}

test('a logout that was written without a response is an error, but the session is revoked', async () => {
  const store = unreliableStore()
  await using latchkey = await startInProcess({ clearSiteData: 'on' }, { store })
  const alice = await register(latchkey, { remember: true })
  const headers = { authorization: alice.token }
  store.trouble = 'write landed, answer lost'
  const answer = await latchkey.call('POST', `/access/logout/${alice.userId}`, { headers })
  assertUnavailable(answer, 'logout')
  assert.equal(answer.headers['clear-site-data'], undefined)
  store.trouble = 'none'
  await waitFor('the revocation', async () => (await latchkey.call('GET', '/access/session', { headers })).status === 401)
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).json.reason, 'revoked')
  assert.equal((await latchkey.call('POST', '/access/token', { headers: { cookie: alice.remembered } })).json.reason, 'revoked')
})

test('a remember-me login rotated without a response is not suspected theft when it is used again', async () => {
  const store = unreliableStore()
  await using latchkey = await startInProcess({}, { store })
  const alice = await register(latchkey, { remember: true })
  const cookie = { cookie: alice.remembered }
  for (const trouble of ['write refused', 'write landed, answer lost'] as const) {
    store.trouble = trouble
    assertUnavailable(await latchkey.call('POST', '/access/token', { headers: cookie }), trouble)
  }
  store.trouble = 'none'
  const resumed = await latchkey.call('POST', '/access/token', { headers: cookie })
  assert.equal(resumed.status, 200)
  const { json } = await latchkey.call('GET', '/access/audit-events', { headers: { authorization: resumed.json.token } })
  assert.ok(json.events.every(({ outcome }: { outcome: string }) => outcome === 'success'))
})

test('a password changed without a response is changed: the old one is refused, the new one works', async () => {
  const store = unreliableStore()
  await using latchkey = await startInProcess({}, { store })
  const alice = await register(latchkey)
  const next = 'nine-copper-kettles-by-the-sea'
  store.trouble = 'write landed, answer lost'
  const change = { headers: { authorization: alice.token }, body: { current: ALICE.password, next } }
  assertUnavailable(await latchkey.call('POST', '/access/password', change), 'change')
  store.trouble = 'none'
  assert.equal((await latchkey.call('POST', '/access/login', { body: ALICE })).status, 401)
  assert.equal((await latchkey.call('POST', '/access/login', { body: { ...ALICE, password: next } })).status, 200)
})

test('without counters no password is compared, right or wrong', async () => {
  const store = unreliableStore()
  await using latchkey = await startInProcess({}, { store })
  const alice = await register(latchkey)
  store.trouble = 'limits down'
  latchkey.resetCounts()
  for (const password of [ALICE.password, 'wrong']) {
    assertUnavailable(await latchkey.call('POST', '/access/login', { body: { ...ALICE, password } }), password)
    const headers = { authorization: alice.token }
    assertUnavailable(await latchkey.call('DELETE', '/access/account', { headers, body: { password } }), `deletion by ${password}`)
  }
  assert.equal(latchkey.counts.hashes, 0)
  store.trouble = 'none'
  assert.equal((await latchkey.call('POST', '/access/login', { body: ALICE })).status, 200)
})

test('a point that cannot be refunded, or a refusal that cannot be recorded, is an error and no sign-in', async () => {
  const store = unreliableStore()
  await using latchkey = await startInProcess({}, { store })
  await register(latchkey)
  store.trouble = 'giving back down'
  assertUnavailable(await latchkey.call('POST', '/access/login', { body: ALICE }), 'right')
  store.trouble = 'write refused'
  assertUnavailable(await latchkey.call('POST', '/access/login', { body: { ...ALICE, password: 'wrong' } }), 'wrong')
  assertUnavailable(await latchkey.call('POST', '/access/login', { body: ALICE }), 'right, nowhere to write')
  store.trouble = 'none'
  assert.equal((await latchkey.call('POST', '/access/login', { body: ALICE })).status, 200)
})
