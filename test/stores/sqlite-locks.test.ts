// A database file that is locked by another process.

import assert from 'node:assert/strict'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { StoreError } from '../../src/domain/errors.ts'
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'
import { makeSession } from '../../src/testing/index.ts'
import { temporaryPath } from './temporary-path.ts'

async function lockedStore() {
  const path = temporaryPath()
  const store = await openSqliteStore({ path })
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  return { store, other }
}

test('A write waits for a lock that is released in time.', async () => {
  const { store, other } = await lockedStore()
  const record = makeSession()
  const writing = store.write([{ do: 'insert credential', record }])
  await pause(200)
  other.exec('COMMIT')
  assert.deepEqual(await writing, { committed: true, ended: [] })
  assert.deepEqual(await store.credentials.find(record.id), record)
  other.close()
  await store.close()
})

test('While another process holds the lock, reads work.', async () => {
  const { store, other } = await lockedStore()
  assert.equal(await store.credentials.find('missing'), undefined)
  other.close()
  await store.close()
})

test('A lock that stays is a StoreError after a timeout, the event loop is not blocked, and the store works after its release.', async () => {
  const { store, other } = await lockedStore()
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const change = { do: 'revoke credentials', where: { id: 'secret-value' }, reason: 'idle', at: 1 } as const
  const attempts = await Promise.allSettled([
    ...Array.from({ length: 50 }, () => store.write([change])),
    store.write([{ do: 'insert credential', record: makeSession() }]),
    store.credentials.touch([{ id: 'secret-value', at: 1 }]),
    store.limits.take('secret-value', { points: 1, window: 1 }, 1),
    store.probe(),
  ])
  delay.disable()
  for (const attempt of attempts) {
    assert.ok(attempt.status === 'rejected' && attempt.reason instanceof StoreError)
    assert.equal(attempt.reason.message, 'The database latchkey.db is locked by another process.')
    assert.ok(attempt.reason.cause instanceof Error)
  }
  assert.ok(delay.max / 1e6 < 250, `the event loop was blocked for ${delay.max / 1e6} ms`)
  other.exec('COMMIT')
  await store.probe()
  assert.deepEqual(await store.write([change]), { committed: true, ended: [] })
  other.close()
  await store.close()
})
