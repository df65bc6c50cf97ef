// The number of rate limit counters is bounded, for any number of keys.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Limit } from '../../src/domain/limits.ts'
import type { LimitCount } from '../../src/ports/store.ts'
import { RateLimits as MemoryWindows } from '../../src/stores/memory/rate-limits.ts'
import { Connection as PostgresConnection } from '../../src/stores/postgres/connection.ts'
import { openPostgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { RateLimits as PostgresWindows } from '../../src/stores/postgres/rate-limits.ts'
import { openMigrated } from '../../src/stores/sqlite/migrate.ts'
import { RateLimits as SqliteWindows } from '../../src/stores/sqlite/rate-limits.ts'
import { startPostgres } from '../support/postgres.ts'

const LIMIT = { points: 3, window: 1000 }

test('In memory, ended windows are evicted first, then the oldest.', () => {
  const windows = new MemoryWindows(100)
  for (let index = 0; index < 50; index += 1) windows.consume(`ended-${index}`, LIMIT, 0)
  for (let index = 0; index < 50; index += 1) windows.consume(`running-${index}`, LIMIT, 500)
  windows.consume('new', LIMIT, 1000)
  assert.equal(windows.size, 51)
  assert.equal(windows.consume('running-0', LIMIT, 1000).taken, 2)
  for (let index = 0; index < 1000; index += 1) windows.consume(`flood-${index}`, LIMIT, 1001)
  assert.ok(windows.size <= 100)
  assert.equal(windows.consume('running-0', LIMIT, 1002).taken, 1)
})

test('In SQLite, ended windows are evicted first, then the oldest.', async () => {
  const connection = await openMigrated(':memory:')
  const windows = new SqliteWindows(connection, 100)
  for (let index = 0; index < 600; index += 1) windows.consume(`ended-${index}`, LIMIT, 0)
  for (let index = 0; index < 60; index += 1) windows.consume(`running-${index}`, LIMIT, 500)
  for (let index = 0; index < 340; index += 1) windows.consume(`flood-${index}`, LIMIT, 1000)
  assert.ok(windows.size() <= 100)
  assert.equal(windows.consume('flood-339', LIMIT, 1001).taken, 2)
  assert.equal(windows.consume('running-0', LIMIT, 1001).taken, 1)
  connection.close()
})

interface RateLimitsUnderTest {
  consume(key: string, limit: Limit, now: number): LimitCount | Promise<LimitCount>
}

/** More counters of one kind than fit, all newer than the counter of another kind. */
async function assertKindsSeparate(windows: RateLimitsUnderTest): Promise<void> {
  await windows.consume('user:alice', LIMIT, 0)
  for (let index = 0; index < 1200; index += 1) await windows.consume(`signal:${index}`, { points: 1, window: 60_000 }, 1)
  assert.equal((await windows.consume('user:alice', LIMIT, 2)).taken, 2)
  assert.equal((await windows.consume('signal:0', LIMIT, 2)).taken, 1, 'the oldest of its kind was evicted')
}

test('Counters of one kind evict none of another kind: in memory', () => assertKindsSeparate(new MemoryWindows(100)))

test('Counters of one kind evict none of another kind: in SQLite', async () => {
  const connection = await openMigrated(':memory:')
  await assertKindsSeparate(new SqliteWindows(connection, 100))
  connection.close()
})

test('Counters of one kind evict none of another kind: in PostgreSQL', async () => {
  await using postgres = await startPostgres()
  const url = await postgres.createDatabase()
  await (await openPostgresStore({ url })).close()
  const connection = new PostgresConnection(url)
  await assertKindsSeparate(new PostgresWindows(connection, 100))
  await connection.close()
})
