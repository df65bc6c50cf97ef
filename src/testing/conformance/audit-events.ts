// Conformance tests: the audit log.

import assert from 'node:assert/strict'
import type { ContractTest } from '../contract-test.ts'
import { commit, idsOf } from '../helpers.ts'
import { makeAuditEvent, T0 } from '../samples.ts'

export function auditEventTests(contractTest: ContractTest): void {
  contractTest('An appended audit event is listed unchanged, with its position.', async (store) => {
    const event = makeAuditEvent({ sessionId: 's1', outcome: 'failure', severity: 'alarm' })
    await commit(store, { do: 'append audit event', event })
    const [listed] = await store.auditEvents.list(event.userId, null, 10)
    assert.ok(listed)
    assert.deepEqual(listed, { ...event, position: listed.position })
  })

  contractTest('The audit events of one user are listed, newest first.', async (store) => {
    const own = Array.from({ length: 3 }, () => makeAuditEvent())
    for (const event of own) {
      await commit(store, { do: 'append audit event', event })
      await commit(store, { do: 'append audit event', event: makeAuditEvent({ userId: 'usr_other' }) })
    }
    assert.deepEqual(idsOf(await store.auditEvents.list('usr_sample', null, 10)), idsOf(own).toReversed())
    assert.deepEqual(await store.auditEvents.list('usr_missing', null, 10), [])
  })

  contractTest('Positions grow with every appended audit event, across users.', async (store) => {
    const users = ['usr_a', 'usr_b', 'usr_a', 'usr_b']
    await commit(store, ...users.map((userId) => ({ do: 'append audit event', event: makeAuditEvent({ userId }) }) as const))
    const [a2, a1] = await store.auditEvents.list('usr_a', null, 10)
    const [b2, b1] = await store.auditEvents.list('usr_b', null, 10)
    const positions = [a1, b1, a2, b2].map((event) => event?.position ?? Number.NaN)
    assert.ok(positions.every((position, index) => index === 0 || position > (positions[index - 1] ?? Number.NaN)))
  })

  contractTest('At most `limit` events are listed, and the next list continues before the last position.', async (store) => {
    const appended = Array.from({ length: 5 }, () => makeAuditEvent())
    for (const event of appended) await commit(store, { do: 'append audit event', event })
    const first = await store.auditEvents.list('usr_sample', null, 2)
    const second = await store.auditEvents.list('usr_sample', first.at(-1)?.position ?? 0, 2)
    const third = await store.auditEvents.list('usr_sample', second.at(-1)?.position ?? 0, 2)
    assert.deepEqual([first.length, second.length, third.length], [2, 2, 1])
    assert.deepEqual(idsOf([...first, ...second, ...third]), idsOf(appended).toReversed())
  })

  contractTest('Events older than a time are deleted, and their number is returned.', async (store) => {
    const [old, at, newer] = [makeAuditEvent({ at: T0 - 1 }), makeAuditEvent({ at: T0 }), makeAuditEvent({ at: T0 + 1 })]
    for (const event of [newer, old, at]) await commit(store, { do: 'append audit event', event })
    assert.equal(await store.auditEvents.deleteOlderThan(T0, 10), 1)
    assert.deepEqual(idsOf(await store.auditEvents.list('usr_sample', null, 10)), idsOf([at, newer]))
  })

  contractTest('At most `limit` older events are deleted.', async (store) => {
    const users = ['usr_a', 'usr_b', 'usr_c', 'usr_a', 'usr_a']
    for (const userId of users) await commit(store, { do: 'append audit event', event: makeAuditEvent({ userId }) })
    const deleted: number[] = []
    for (let round = 0; round < 4; round += 1) deleted.push(await store.auditEvents.deleteOlderThan(T0 + 1, 2))
    assert.deepEqual(deleted, [2, 2, 1, 0])
  })
}
