// Counters for limits stay few, however many keys there are.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LimitWindows as MemoryWindows } from '../../src/stores/memory/limit-windows.ts'
import { LimitWindows as SqliteWindows } from '../../src/stores/sqlite/limit-windows.ts'
import { openMigrated } from '../../src/stores/sqlite/migrate.ts'

const LIMIT = { points: 3, window: 1000 }

test('In memory, windows that are over make room first, then the oldest.', () => {
  const windows = new MemoryWindows(100)
  for (let index = 0; index < 50; index += 1) windows.take(`over-${index}`, LIMIT, 0)
  for (let index = 0; index < 50; index += 1) windows.take(`running-${index}`, LIMIT, 500)
  windows.take('new', LIMIT, 1000)
  assert.equal(windows.size, 51)
  assert.equal(windows.take('running-0', LIMIT, 1000).taken, 2)
  for (let index = 0; index < 1000; index += 1) windows.take(`flood-${index}`, LIMIT, 1001)
  assert.ok(windows.size <= 100)
  assert.equal(windows.take('running-0', LIMIT, 1002).taken, 1)
})

test('In SQLite, windows that are over make room first, then the oldest.', async () => {
  const connection = await openMigrated(':memory:')
  const windows = new SqliteWindows(connection, 100)
  for (let index = 0; index < 600; index += 1) windows.take(`over-${index}`, LIMIT, 0)
  for (let index = 0; index < 60; index += 1) windows.take(`running-${index}`, LIMIT, 500)
  for (let index = 0; index < 340; index += 1) windows.take(`flood-${index}`, LIMIT, 1000)
  assert.ok(windows.size <= 100)
  assert.equal(windows.take('flood-339', LIMIT, 1001).taken, 2)
  assert.equal(windows.take('running-0', LIMIT, 1001).taken, 1)
  connection.close()
})
