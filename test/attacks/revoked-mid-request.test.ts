// A session revoked between authentication and response: the response is a complete refusal.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { startInProcess } from '../support/in-process.ts'
import { register } from '../support/users.ts'

const SECRET = 'a-secret-that-two-servers-share-0123'

/** A store for two servers that runs a callback right before the next look-up of a credential. */
function interruptible(): { readonly store: Store; interruptWith(what: () => Promise<void>): void } {
  const memory = createMemoryStore()
  let interrupt: (() => Promise<void>) | undefined
  const find: Store['credentials']['find'] = async (id) => {
    const now = interrupt
    interrupt = undefined
    await now?.()
    return memory.credentials.find(id)
  }
  return {
    store: { ...memory, credentials: { ...memory.credentials, find }, close: async () => {} },
    interruptWith(what) {
      interrupt = what
    },
  }
}

for (const [method, path] of [
  ['GET', '/access/session'],
  ['GET', '/access/session/data'],
  ['GET', '/access/verify'],
  ['POST', '/access/logout/'],
  ['DELETE', '/access/sessions?except=current'],
] as const) {
  test(`${method} ${path} during a logout elsewhere is refused`, async () => {
    const { store, interruptWith } = interruptible()
    await using first = await startInProcess({ secret: SECRET }, { store })
    await using second = await startInProcess({ secret: SECRET }, { store })
    const alice = await register(first)
    const headers = { authorization: alice.token }
    interruptWith(async () => {
      const out = await first.call('POST', `/access/logout/${alice.userId}?everywhere=true`, { headers })
      assert.deepEqual(out.json, { ended: { sessions: 1, rememberMe: 0 } })
    })
    const answer = await second.call(method, path.endsWith('/') ? path + alice.userId : path, { headers })
    assert.equal(answer.status, 401, answer.body ?? '')
    assert.equal(answer.json.ended, undefined)
    assert.equal(answer.headers['remote-user'], undefined)
    assert.deepEqual(answer.cookies, [])
    assert.equal(answer.headers['clear-site-data'], undefined)
  })
}

test('of two concurrent logouts one revokes the session, and the other gets 401', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const out = () => latchkey.call('POST', `/access/logout/${alice.userId}`, { headers: { authorization: alice.token } })
  const answers = [out(), out()]
  const [one, other] = (await Promise.all(answers)).sort((a, b) => a.status - b.status)
  assert.deepEqual([one?.status, one?.json], [200, { ended: { sessions: 1, rememberMe: 1 } }])
  assert.equal(other?.status, 401)
  assert.deepEqual(other?.cookies, [])
})
