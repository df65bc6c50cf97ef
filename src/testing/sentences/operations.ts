// What the contract says of the operation log.

import assert from 'node:assert/strict'
import { anOperation, T0 } from '../samples.ts'
import type { Sentence } from '../sentences.ts'
import { idsOf, land } from '../steps.ts'

export function operations(holds: Sentence): void {
  holds('An appended operation is listed as it was appended, with its position.', async (store) => {
    const operation = anOperation({ sessionId: 's1', outcome: 'alarm' })
    await land(store, { do: 'append operation', operation })
    const [listed] = await store.operations.list(operation.userCode, null, 10)
    assert.ok(listed)
    assert.deepEqual(listed, { ...operation, position: listed.position })
  })

  holds('A user’s operations are listed newest first, and nobody else’s.', async (store) => {
    const mine = Array.from({ length: 3 }, () => anOperation())
    for (const operation of mine) {
      await land(store, { do: 'append operation', operation })
      await land(store, { do: 'append operation', operation: anOperation({ userCode: 'usr_other' }) })
    }
    assert.deepEqual(idsOf(await store.operations.list('usr_somebody', null, 10)), idsOf(mine).toReversed())
    assert.deepEqual(await store.operations.list('usr_nobody', null, 10), [])
  })

  holds('Positions grow with every operation appended, whoever’s it is.', async (store) => {
    const users = ['usr_a', 'usr_b', 'usr_a', 'usr_b']
    await land(store, ...users.map((userCode) => ({ do: 'append operation', operation: anOperation({ userCode }) }) as const))
    const [a2, a1] = await store.operations.list('usr_a', null, 10)
    const [b2, b1] = await store.operations.list('usr_b', null, 10)
    const positions = [a1, b1, a2, b2].map((operation) => operation?.position ?? Number.NaN)
    assert.ok(positions.every((position, index) => index === 0 || position > (positions[index - 1] ?? Number.NaN)))
  })

  holds('At most the limit is listed, and the next list goes on before the last position.', async (store) => {
    const appended = Array.from({ length: 5 }, () => anOperation())
    for (const operation of appended) await land(store, { do: 'append operation', operation })
    const first = await store.operations.list('usr_somebody', null, 2)
    const second = await store.operations.list('usr_somebody', first.at(-1)?.position ?? 0, 2)
    const third = await store.operations.list('usr_somebody', second.at(-1)?.position ?? 0, 2)
    assert.deepEqual([first.length, second.length, third.length], [2, 2, 1])
    assert.deepEqual(idsOf([...first, ...second, ...third]), idsOf(appended).toReversed())
  })

  holds('Operations older than a time are deleted, and their number is returned.', async (store) => {
    const [old, at, newer] = [anOperation({ at: T0 - 1 }), anOperation({ at: T0 }), anOperation({ at: T0 + 1 })]
    for (const operation of [newer, old, at]) await land(store, { do: 'append operation', operation })
    assert.equal(await store.operations.deleteOlder(T0, 10), 1)
    assert.deepEqual(idsOf(await store.operations.list('usr_somebody', null, 10)), idsOf([at, newer]))
  })

  holds('At most the limit of older operations is deleted.', async (store) => {
    const users = ['usr_a', 'usr_b', 'usr_c', 'usr_a', 'usr_a']
    for (const userCode of users) await land(store, { do: 'append operation', operation: anOperation({ userCode }) })
    const deleted: number[] = []
    for (let round = 0; round < 4; round += 1) deleted.push(await store.operations.deleteOlder(T0 + 1, 2))
    assert.deepEqual(deleted, [2, 2, 1, 0])
  })
}
