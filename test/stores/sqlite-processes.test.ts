// Several processes on one SQLite file: concurrent starts and writes, notifications, and kill -9.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSchemaVersions } from '../../src/stores/sqlite/migrate.ts'
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'
import { Child } from './child-process.ts'
import { acknowledgedSession, contestedSession, RACES } from './sqlite-child.ts'
import { temporaryPath } from './temporary-path.ts'

/** Starts child processes with the same task at the same time. */
async function startTogether(task: string, path: string, count: number): Promise<readonly Child[]> {
  const children = Array.from({ length: count }, () => new Child(task, path))
  for (const child of children) assert.equal(await child.line(), 'ready')
  for (const child of children) child.start()
  return children
}

test('Several processes may start at once without a file.', async () => {
  const path = temporaryPath()
  const children = await startTogether('open', path, 4)
  for (const child of children) {
    assert.deepEqual(await child.rest(), ['opened'])
    assert.equal(await child.exited(), 0)
  }
  const { found, known } = await readSchemaVersions(path)
  assert.equal(found, known)
})

test('Of several processes that replace or revoke the same credential, one succeeds.', async () => {
  const path = temporaryPath()
  const store = await openSqliteStore({ path })
  const records = Array.from({ length: RACES }, (_, index) => contestedSession(index))
  await store.write(records.map((record) => ({ do: 'insert credential', record })))
  const children = await startTogether('race', path, 3)
  const wins = (await Promise.all(children.map((child) => child.rest()))).flat()
  // A session that is revoked first cannot be replaced; but no change succeeds twice, and every session is revoked.
  assert.equal(new Set(wins).size, wins.length)
  assert.equal(wins.filter((win) => win.startsWith('revoked')).length, RACES)
  const { value } = await store.log.subscribe(0).next()
  assert.equal(value.entries.length, RACES)
  await store.close()
})

test('An entry appended by another process is received within a second.', async () => {
  const path = temporaryPath()
  const store = await openSqliteStore({ path })
  const subscription = store.log.subscribe(0)
  await subscription.next()
  const child = new Child('append', path)
  assert.equal(await child.line(), 'ready')
  let receivedAt = Number.NaN
  const receiving = (async () => {
    for await (const { entries } of subscription) {
      if (entries.length === 0) continue
      receivedAt = performance.now()
      return entries
    }
    return []
  })()
  child.start()
  assert.equal(await child.line(), 'appended')
  const appendedAt = performance.now()
  assert.deepEqual(await receiving, [{ kind: 'changed', sid: 'from-another-process', at: 1, roles: [] }])
  assert.ok(receivedAt - appendedAt < 1000, `received after ${receivedAt - appendedAt} ms`)
  assert.equal(await child.exited(), 0)
  await store.close()
})

test('After kill -9, every confirmed write is complete and no write is partial.', async () => {
  const path = temporaryPath()
  const confirmed: string[] = []
  for (let round = 0; round < 5; round += 1) {
    const [child] = await startTogether('acknowledge', path, 1)
    assert.ok(child)
    for (let count = 0; count < 20 + 13 * round; count += 1) confirmed.push(await child.line())
    await child.kill()
    confirmed.push(...(await child.rest()))

    const store = await openSqliteStore({ path })
    const live = (await store.credentials.listByUser('usr_ack')).map(({ id }) => id)
    const events = (await store.auditEvents.list('usr_ack', null, 100_000)).map(({ sessionId }) => sessionId)
    const { value } = await store.log.subscribe(0).next()
    const entries = value.entries.map((entry: { sid: string }) => entry.sid)
    for (const id of confirmed) assert.ok(live.includes(id), `${id} was confirmed and is missing`)
    assert.deepEqual(events.toReversed(), entries)
    assert.deepEqual(live.toSorted(), entries.toSorted())
    assert.deepEqual(
      entries,
      entries.map((_: string, index: number) => acknowledgedSession(index).id),
    )
    await store.probe()
    await store.close()
  }
})
