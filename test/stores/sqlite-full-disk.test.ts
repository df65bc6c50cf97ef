// A disk that is full: real where this may mount one, and always by SQLite's own limit on the size of the file.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { StoreError } from '../../src/domain/errors.ts'
import type { Store } from '../../src/ports/store.ts'
import { openMigrated } from '../../src/stores/sqlite/migrate.ts'
import { createSqliteStore, openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'
import { anAuditEvent, makeSession } from '../../src/testing/index.ts'
import { temporaryPath } from './temporary-path.ts'

/** Writes until the disk is full, and returns what was confirmed. */
async function fill(store: Store): Promise<readonly string[]> {
  const confirmed: string[] = []
  for (;;) {
    const record = makeSession({ userId: 'usr_fill', data: JSON.stringify('x'.repeat(2000)) })
    const event = anAuditEvent({ userId: 'usr_fill', sessionId: record.id })
    try {
      await store.write([
        { do: 'insert credential', record },
        { do: 'append audit event', event },
      ])
    } catch (error) {
      assertFull(error)
      return confirmed
    }
    confirmed.push(record.id)
  }
}

function assertFull(error: unknown): true {
  assert.ok(error instanceof StoreError)
  assert.equal(error.message, 'The database latchkey.db cannot be written: the disk is full.')
  assert.ok(error.cause instanceof Error)
  return true
}

async function assertHolds(store: Store, confirmed: readonly string[]): Promise<void> {
  const live = (await store.credentials.listByUser('usr_fill')).map(({ id }) => id)
  const events = (await store.auditEvents.list('usr_fill', null, 1_000_000)).map(({ sessionId }) => sessionId)
  assert.deepEqual(live.toSorted(), confirmed.toSorted())
  assert.deepEqual(events.toReversed(), confirmed)
}

test('A file that may not grow is a StoreError, loses nothing confirmed, and is written again when it may.', async () => {
  const path = temporaryPath()
  const connection = await openMigrated(path)
  const store = createSqliteStore(connection)
  connection.execute('PRAGMA max_page_count = 100')
  const confirmed = await fill(store)
  assert.ok(confirmed.length > 5)
  await assertHolds(store, confirmed)
  connection.execute('PRAGMA max_page_count = 1000000')
  const record = makeSession({ userId: 'usr_fill' })
  const event = anAuditEvent({ userId: 'usr_fill', sessionId: record.id })
  await store.write([
    { do: 'insert credential', record },
    { do: 'append audit event', event },
  ])
  await assertHolds(store, [...confirmed, record.id])
  await store.close()
})

/** Of the system, where it has them. */
const SYSTEM = { mount: 'mount', umount: 'umount' } as const

function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync(SYSTEM.mount, ['-t', 'tmpfs', '-o', 'size=2m', 'latchkey-small-disk', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

test('A full disk is a StoreError, loses nothing confirmed, and is written again when there is room.', async (t) => {
  const folder = join(dirname(temporaryPath()), 'disk')
  mkdirSync(folder)
  if (!mountSmallDisk(folder)) return t.skip('needs the right to mount a small disk')
  try {
    const [path, ballast] = [join(folder, 'latchkey.db'), join(folder, 'ballast')]
    appendFileSync(ballast, Buffer.alloc(500_000))
    const store = await openSqliteStore({ path })
    await store.probe()
    const follower = store.log.subscribe(0)
    await follower.next()
    const confirmed = await fill(store)
    assert.ok(confirmed.length > 5)

    await assert.rejects(store.probe(), assertFull)
    await assertHolds(store, confirmed)
    assert.deepEqual((await follower.next()).value.entries, [], 'the log is still heard')

    rmSync(ballast)
    await store.probe()
    const more = await fill(store)
    assert.ok(more.length > 5)
    await assertHolds(store, [...confirmed, ...more])
    await store.close()
  } finally {
    execFileSync(SYSTEM.umount, ['--lazy', folder])
  }
})
