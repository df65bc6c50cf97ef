// A password or session that changes during a request: the request changes nothing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'

const NEXT = 'nine-copper-kettles-by-the-sea'

/** A store that runs a callback right before a write that would delete a user. */
function withInterruption(): { readonly store: Store; interruptWith(what: () => Promise<void>): void } {
  const memory = createMemoryStore()
  let interrupt: (() => Promise<void>) | undefined
  const store: Store = {
    ...memory,
    async write(changes) {
      const now = interrupt
      if (now && changes.some((change) => change.do === 'delete user')) {
        interrupt = undefined
        await now()
      }
      return memory.write(changes)
    },
  }
  return {
    store,
    interruptWith(what) {
      interrupt = what
    },
  }
}

test('an account is not deleted by a password that changes during the check', async () => {
  const { store, interruptWith } = withInterruption()
  await using latchkey = await startInProcess({}, { store })
  const alice = await register(latchkey)
  const headers = { authorization: alice.token }
  interruptWith(async () => {
    const changed = await latchkey.call('POST', '/access/password', { headers, body: { current: ALICE.password, next: NEXT } })
    assert.equal(changed.status, 200)
  })
  const { status } = await latchkey.call('DELETE', '/access/account', { headers, body: { password: ALICE.password } })
  assert.equal(status, 401)
  assert.equal((await latchkey.call('POST', '/access/login', { body: { ...ALICE, password: NEXT } })).status, 200)
})

test('an account is not deleted by a session that is revoked during the check', async () => {
  const { store, interruptWith } = withInterruption()
  await using latchkey = await startInProcess({}, { store })
  const alice = await register(latchkey)
  const headers = { authorization: alice.token }
  interruptWith(async () => {
    assert.equal((await latchkey.call('POST', `/access/logout/${alice.userId}`, { headers })).status, 200)
  })
  const { status } = await latchkey.call('DELETE', '/access/account', { headers, body: { password: ALICE.password } })
  assert.equal(status, 401)
  assert.equal((await latchkey.call('POST', '/access/login', { body: ALICE })).status, 200)
})
