// What the contract says of the operation log.

import assert from 'node:assert/strict'
import type { ContractTest } from '../contract-test.ts'
import { commit, idsOf } from '../helpers.ts'
import { anAuditEvent, T0 } from '../samples.ts'

export function auditEventTests(contractTest: ContractTest): void {
  contractTest('An appended operation is listed as it was appended, with its position.', async (store) => {
    const event = anAuditEvent({ sessionId: 's1', outcome: 'failure', severity: 'alarm' })
    await commit(store, { do: 'append audit event', event })
    const [listed] = await store.auditEvents.list(event.userId, null, 10)
    assert.ok(listed)
    assert.deepEqual(listed, { ...event, position: listed.position })
  })

  contractTest('A user’s operations are listed newest first, and nobody else’s.', async (store) => {
    const mine = Array.from({ length: 3 }, () => anAuditEvent())
    for (const event of mine) {
      await commit(store, { do: 'append audit event', event })
      await commit(store, { do: 'append audit event', event: anAuditEvent({ userId: 'usr_other' }) })
    }
    assert.deepEqual(idsOf(await store.auditEvents.list('usr_somebody', null, 10)), idsOf(mine).toReversed())
    assert.deepEqual(await store.auditEvents.list('usr_nobody', null, 10), [])
  })

  contractTest('Positions grow with every operation appended, whoever’s it is.', async (store) => {
    const users = ['usr_a', 'usr_b', 'usr_a', 'usr_b']
    await commit(store, ...users.map((userId) => ({ do: 'append audit event', event: anAuditEvent({ userId }) }) as const))
    const [a2, a1] = await store.auditEvents.list('usr_a', null, 10)
    const [b2, b1] = await store.auditEvents.list('usr_b', null, 10)
    const positions = [a1, b1, a2, b2].map((event) => event?.position ?? Number.NaN)
    assert.ok(positions.every((position, index) => index === 0 || position > (positions[index - 1] ?? Number.NaN)))
  })

  contractTest('At most the limit is listed, and the next list goes on before the last position.', async (store) => {
    const appended = Array.from({ length: 5 }, () => anAuditEvent())
    for (const event of appended) await commit(store, { do: 'append audit event', event })
    const first = await store.auditEvents.list('usr_somebody', null, 2)
    const second = await store.auditEvents.list('usr_somebody', first.at(-1)?.position ?? 0, 2)
    const third = await store.auditEvents.list('usr_somebody', second.at(-1)?.position ?? 0, 2)
    assert.deepEqual([first.length, second.length, third.length], [2, 2, 1])
    assert.deepEqual(idsOf([...first, ...second, ...third]), idsOf(appended).toReversed())
  })

  contractTest('Operations older than a time are deleted, and their number is returned.', async (store) => {
    const [old, at, newer] = [anAuditEvent({ at: T0 - 1 }), anAuditEvent({ at: T0 }), anAuditEvent({ at: T0 + 1 })]
    for (const event of [newer, old, at]) await commit(store, { do: 'append audit event', event })
    assert.equal(await store.auditEvents.deleteOlderThan(T0, 10), 1)
    assert.deepEqual(idsOf(await store.auditEvents.list('usr_somebody', null, 10)), idsOf([at, newer]))
  })

  contractTest('At most the limit of older operations is deleted.', async (store) => {
    const users = ['usr_a', 'usr_b', 'usr_c', 'usr_a', 'usr_a']
    for (const userId of users) await commit(store, { do: 'append audit event', event: anAuditEvent({ userId }) })
    const deleted: number[] = []
    for (let round = 0; round < 4; round += 1) deleted.push(await store.auditEvents.deleteOlderThan(T0 + 1, 2))
    assert.deepEqual(deleted, [2, 2, 1, 0])
  })
}
