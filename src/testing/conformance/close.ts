// Conformance tests: probing and closing a store.

import assert from 'node:assert/strict'
import { StoreError } from '../../domain/errors.ts'
import type { ContractTest } from '../contract-test.ts'
import { insertCredentials, receive, withDeadline } from '../helpers.ts'
import { makeSession, T0 } from '../samples.ts'

export function closeTests(contractTest: ContractTest): void {
  contractTest('Probing resolves while the store can be read and written, and changes nothing.', async (store) => {
    const session = makeSession()
    await insertCredentials(store, session)
    await store.probe()
    await store.probe()
    assert.deepEqual(await store.credentials.find(session.id), session)
  })

  contractTest('Closing ends subscriptions to the log.', async (store) => {
    const subscription = store.log.subscribe(0)
    await receive(subscription)
    const waiting = subscription.next()
    await store.close()
    assert.equal((await withDeadline(waiting)).done, true)
  })

  contractTest('Every call on a closed store throws StoreError.', async (store) => {
    await store.close()
    const calls = [
      () => store.credentials.find('a'),
      () => store.credentials.listByUser('a'),
      () => store.credentials.listExpired(0, 0, 1),
      () => store.credentials.touch([{ id: 'a', at: 0 }]),
      () => store.credentials.listTombstones({ endedAt: 0, id: '' }, 1),
      () => store.credentials.deleteExpired(0, 1),
      () => store.users.find('a'),
      () => store.users.findByUsernameKey('a'),
      () => store.users.page(null, 1),
      () => store.auditEvents.list('a', null, 1),
      () => store.auditEvents.deleteOlderThan(0, 1),
      () => store.log.subscribe(0).next(),
      () => store.log.trim(0),
      () => store.limits.take('a', { points: 1, window: 1 }, T0),
      () => store.limits.refund('a'),
      () => store.limits.deleteExpiredWindows(0),
      () => store.findKeyRing(),
      () => store.write([{ do: 'insert credential', record: makeSession() }]),
      () => store.write([{ do: 'revoke credentials', where: { id: 'a' }, reason: 'idle', at: 0 }]),
      () => store.probe(),
    ]
    for (const call of calls) await assert.rejects(call, StoreError)
  })

  contractTest('Closing again does nothing.', async (store) => {
    await store.close()
    await store.close()
  })
}
