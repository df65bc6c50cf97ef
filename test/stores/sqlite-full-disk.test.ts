// A full disk: simulated by SQLite's limit on the file size, and on a real small file system when the test may mount one.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { StoreError } from '../../src/domain/errors.ts'
import type { Store } from '../../src/ports/store.ts'
import { openMigrated } from '../../src/stores/sqlite/migrate.ts'
import { createSqliteStore, openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'
import { makeAuditEvent, makeSession } from '../../src/testing/index.ts'
import { temporaryPath } from './temporary-path.ts'

/** Writes until the disk is full, and returns the ids of confirmed writes. */
async function fill(store: Store): Promise<readonly string[]> {
  const confirmed: string[] = []
  for (;;) {
    const record = makeSession({ userId: 'usr_fill', data: JSON.stringify('x'.repeat(2000)) })
    const event = makeAuditEvent({ userId: 'usr_fill', sessionId: record.id })
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

test('When the file cannot grow, writes are a StoreError, confirmed writes are kept, and writing works again later.', async () => {
  const path = temporaryPath()
  const connection = await openMigrated(path)
  const store = createSqliteStore(connection)
  connection.execute('PRAGMA max_page_count = 100')
  const confirmed = await fill(store)
  assert.ok(confirmed.length > 5)
  await assertHolds(store, confirmed)
  connection.execute('PRAGMA max_page_count = 1000000')
  const record = makeSession({ userId: 'usr_fill' })
  const event = makeAuditEvent({ userId: 'usr_fill', sessionId: record.id })
  await store.write([
    { do: 'insert credential', record },
    { do: 'append audit event', event },
  ])
  await assertHolds(store, [...confirmed, record.id])
  await store.close()
})

/** Programs of the system. */
const SYSTEM = { mount: 'mount', umount: 'umount' } as const

function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync(SYSTEM.mount, ['-t', 'tmpfs', '-o', 'size=2m', 'latchkey-small-disk', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

test('On a full disk, writes are a StoreError, confirmed writes are kept, and writing works again when there is space.', async (t) => {
  const folder = join(dirname(temporaryPath()), 'disk')
  mkdirSync(folder)
  if (!mountSmallDisk(folder)) return t.skip('needs permission to mount a file system')
  try {
    const [path, ballast] = [join(folder, 'latchkey.db'), join(folder, 'ballast')]
    appendFileSync(ballast, Buffer.alloc(500_000))
    const store = await openSqliteStore({ path })
    await store.probe()
    const subscription = store.log.subscribe(0)
    await subscription.next()
    const confirmed = await fill(store)
    assert.ok(confirmed.length > 5)

    await assert.rejects(store.probe(), assertFull)
    await assertHolds(store, confirmed)
    assert.deepEqual((await subscription.next()).value.entries, [], 'the log can still be read')

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
