// SQLite files that are damaged, read-only, or cannot be opened.

import assert from 'node:assert/strict'
import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { StoreError } from '../../src/domain/errors.ts'
import { toStoreError } from '../../src/stores/sqlite/errors.ts'
import { openMigrated } from '../../src/stores/sqlite/migrate.ts'
import { createSqliteStore, openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'
import { makeSession } from '../../src/testing/index.ts'
import { temporaryPath } from './temporary-path.ts'

function withMessage(message: string): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof StoreError)
    assert.equal(error.message, message)
    return true
  }
}

async function filledFile(): Promise<{ readonly path: string; readonly ids: readonly string[] }> {
  const path = temporaryPath()
  const store = await openSqliteStore({ path })
  const records = Array.from({ length: 300 }, () => makeSession())
  await store.write(records.map((record) => ({ do: 'insert credential', record })))
  await store.close()
  return { path, ids: records.map(({ id }) => id) }
}

function overwrite(path: string, from: number, bytes: Buffer): void {
  const file = openSync(path, 'r+')
  writeSync(file, bytes, 0, bytes.length, from)
  closeSync(file)
}

test('A file with a damaged header is refused and not changed.', async () => {
  const { path } = await filledFile()
  overwrite(path, 0, Buffer.alloc(100, 'garbage'))
  const before = readFileSync(path)
  await assert.rejects(
    openSqliteStore({ path }),
    withMessage('The database latchkey.db is damaged, or is not a SQLite file: restore a backup.'),
  )
  assert.ok(readFileSync(path).equals(before))
})

test('A file that is not a database is refused.', async () => {
  const path = temporaryPath()
  writeFileSync(path, 'PORT=3000\n'.repeat(500))
  await assert.rejects(
    openSqliteStore({ path }),
    withMessage('The database latchkey.db is damaged, or is not a SQLite file: restore a backup.'),
  )
})

test('Damaged pages are a StoreError for reads of them, and do not crash the process.', async () => {
  const { path, ids } = await filledFile()
  overwrite(path, 3 * 4096, Buffer.alloc(statSync(path).size - 3 * 4096, 0xa5))
  const messages = new Set<string>()
  const store = await openSqliteStore({ path }).catch((error: unknown) => {
    assert.ok(error instanceof StoreError)
    messages.add(error.message)
  })
  for (const id of ids.slice(0, 20)) {
    await store?.credentials.find(id).catch((error: unknown) => {
      assert.ok(error instanceof StoreError)
      messages.add(error.message)
    })
  }
  await store?.close()
  assert.deepEqual([...messages], ['The database latchkey.db is damaged: restore a backup.'])
})

test('A damaged row is a StoreError that does not contain its text.', async () => {
  const { path, ids } = await filledFile()
  const other = new DatabaseSync(path)
  other.exec(`UPDATE latchkey_credentials SET rest = 'secret-value{'`)
  other.close()
  const store = await openSqliteStore({ path })
  await assert.rejects(store.credentials.find(ids[0] ?? ''), (error: unknown) => {
    assert.ok(error instanceof StoreError)
    assert.doesNotMatch(inspect(error), /secret-value/)
    return true
  })
  await store.close()
})

test('A read-only database can be read; a write is a StoreError without values.', async () => {
  const connection = await openMigrated(temporaryPath())
  const store = createSqliteStore(connection)
  const record = makeSession({ username: 'secret-value', data: '"secret-value"' })
  connection.execute('PRAGMA query_only = ON')
  assert.equal(await store.credentials.find(record.id), undefined)
  for (const writing of [store.write([{ do: 'insert credential', record }]), store.probe()]) {
    await assert.rejects(writing, (error: unknown) => {
      assert.doesNotMatch(inspect(error), /secret-value/)
      return withMessage('The database latchkey.db cannot be written: the file, its folder or the disk is read-only.')(error)
    })
  }
  connection.execute('PRAGMA query_only = OFF')
  await store.probe()
  assert.deepEqual(await store.write([{ do: 'insert credential', record }]), { committed: true, ended: [] })
  await store.close()
})

test('A file in a missing folder cannot be opened.', async () => {
  const path = join(dirname(temporaryPath()), 'nowhere', 'latchkey.db')
  await assert.rejects(
    openSqliteStore({ path }),
    withMessage('The database latchkey.db cannot be opened: its folder must exist and be writable.'),
  )
})

test('A folder cannot be opened as a database.', async () => {
  const path = temporaryPath()
  mkdirSync(path)
  await assert.rejects(openSqliteStore({ path }), StoreError)
})

test('Every SQLite error becomes a StoreError; other errors are unchanged.', () => {
  for (const errcode of [1, 3, 5, 7, 8, 10, 11, 13, 14, 26, 266, 517, 1034, 99]) {
    const failure = Object.assign(new Error('failed'), { code: 'ERR_SQLITE_ERROR', errcode })
    const error = toStoreError(failure, 'The database x.db')
    assert.ok(error instanceof StoreError)
    assert.match(error.message, /^The database x\.db (is|cannot be|has failed)\b.*\.$/)
    assert.equal(error.cause, failure)
  }
  const bug = new TypeError('a bug')
  assert.equal(toStoreError(bug, 'The database x.db'), bug)
})
