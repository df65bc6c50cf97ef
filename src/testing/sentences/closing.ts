// What the contract says of probing and closing a store.

import assert from 'node:assert/strict'
import { StoreError } from '../../domain/errors.ts'
import { aSession, T0 } from '../samples.ts'
import type { Sentence } from '../sentences.ts'
import { hear, insert, soon } from '../steps.ts'

export function closing(holds: Sentence): void {
  holds('Probing resolves while the store can be read and written, and changes nothing.', async (store) => {
    const session = aSession()
    await insert(store, session)
    await store.probe()
    await store.probe()
    assert.deepEqual(await store.credentials.find(session.id), session)
  })

  holds('Closing ends those who follow the log.', async (store) => {
    const follower = store.log.follow(0)
    await hear(follower)
    const waiting = follower.next()
    await store.close()
    assert.equal((await soon(waiting)).done, true)
  })

  holds('On a closed store everything throws StoreError.', async (store) => {
    await store.close()
    const calls = [
      () => store.credentials.find('a'),
      () => store.credentials.listByUser('a'),
      () => store.credentials.listLapsed(0, 0, 1),
      () => store.credentials.touch([{ id: 'a', at: 0 }]),
      () => store.credentials.listEnded({ endedAt: 0, id: '' }, 1),
      () => store.credentials.deleteExpired(0, 1),
      () => store.users.find('a'),
      () => store.users.findByUsernameKey('a'),
      () => store.users.page(null, 1),
      () => store.auditEvents.list('a', null, 1),
      () => store.auditEvents.deleteOlder(0, 1),
      () => store.log.follow(0).next(),
      () => store.log.trim(0),
      () => store.limits.take('a', { points: 1, window: 1 }, T0),
      () => store.limits.giveBack('a'),
      () => store.limits.deleteOver(0),
      () => store.findKeyRing(),
      () => store.write([{ do: 'insert credential', record: aSession() }]),
      () => store.write([{ do: 'end credentials', where: { id: 'a' }, reason: 'idle', at: 0 }]),
      () => store.probe(),
    ]
    for (const call of calls) await assert.rejects(call, StoreError)
  })

  holds('Closing again does nothing.', async (store) => {
    await store.close()
    await store.close()
  })
}
