// Locks in PostgreSQL: concurrent processes, transactions that hold a lock, and servers that disappear.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { Tombstone } from '../../src/domain/credential.ts'
import { StoreError } from '../../src/domain/errors.ts'
import type { Change, Store } from '../../src/ports/store.ts'
import type { Session } from '../../src/stores/postgres/connection.ts'
import * as credentials from '../../src/stores/postgres/credential-table.ts'
import { openMigrated, readSchemaVersions } from '../../src/stores/postgres/migrate.ts'
import { openPostgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { appendEntries } from '../../src/stores/postgres/revocation-log-table.ts'
import { SCHEMA_VERSION } from '../../src/stores/sql/schema.ts'
import { makeSession, makeUser } from '../../src/testing/index.ts'
import { type RunningPostgres, startPostgres } from '../support/postgres.ts'
import { waitFor } from '../support/wait-for.ts'
import { APPENDED } from './postgres-child.ts'

const CHILD = new URL('./postgres-child.ts', import.meta.url).pathname

let postgres: RunningPostgres
before(async () => {
  postgres = await startPostgres('fsync=off')
})
after(() => postgres[Symbol.asyncDispose]())

const revocationOfUser = (userId: string): Change => ({ do: 'revoke credentials', where: { userId, except: [] }, reason: 'revoked', at: 1 })
const changed = (sid: string) => ({ kind: 'changed', sid, at: 1, roles: [] }) as const

async function execute(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const sql of statements) await client.query(sql)
  await client.end()
}

/** True while a transaction of the database waits for another one. */
function isWaiting(url: string): boolean {
  const name = new URL(url).pathname.slice(1)
  return postgres.query('postgres', `SELECT count(*) FROM pg_stat_activity WHERE datname = '${name}' AND wait_event_type = 'Lock'`) !== '0'
}

/** Runs `work` in a transaction of another server, which holds its locks until the returned function commits it. */
async function holdTransaction(url: string, work: (session: Session) => Promise<unknown>): Promise<() => Promise<void>> {
  const connection = await openMigrated(url)
  const [locked, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const committed = connection.transaction(async (session) => {
    await work(session)
    locked.resolve()
    await release.promise
  })
  await Promise.race([locked.promise, committed])
  return async () => {
    release.resolve()
    await committed.finally(() => connection.close())
  }
}

/** Starts processes with the same task at the same time, and returns everything that they printed. */
async function runChildren(task: string, url: string, count: number): Promise<readonly string[]> {
  const children = Array.from({ length: count }, (_, index) => {
    const child = spawn(process.execPath, [CHILD, task, url, `p${index}`], { stdio: ['pipe', 'pipe', 'inherit'] })
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](), exited: once(child, 'exit') }
  })
  for (const { lines } of children) assert.equal((await lines.next()).value, 'ready')
  for (const { child } of children) child.stdin.end('go\n')
  const printed: string[] = []
  for (const { lines, exited } of children) {
    for (let next = await lines.next(); !next.done; next = await lines.next()) printed.push(next.value)
    assert.deepEqual(await exited, [0, null])
  }
  return printed
}

test('Several processes may start at once on a database without a schema.', async () => {
  const url = await postgres.createDatabase()
  assert.deepEqual(
    await runChildren('open', url, 5),
    Array.from({ length: 5 }, () => 'opened'),
  )
  assert.deepEqual(await readSchemaVersions(url), { found: SCHEMA_VERSION, known: SCHEMA_VERSION })
})

test('While several processes append, a subscription receives each entry once, in the order of positions.', async () => {
  const url = await postgres.createDatabase()
  const store = await openPostgresStore({ url })
  const received: string[] = []
  const positions: number[] = []
  const subscription = (async () => {
    for await (const { entries, position } of store.log.subscribe(0)) {
      received.push(...entries.flatMap((entry) => ('sid' in entry ? [entry.sid] : [])))
      positions.push(position)
    }
  })()
  await runChildren('append', url, 4)
  await waitFor('every entry', () => received.length >= 4 * APPENDED)
  await store.close()
  await subscription
  assert.equal(new Set(received).size, 4 * APPENDED)
  const name = new URL(url).pathname.slice(1)
  assert.deepEqual(received, postgres.query(name, 'SELECT sid FROM latchkey_revocations ORDER BY position').split('\n'))
  assert.deepEqual(
    positions,
    positions.toSorted((a, b) => a - b),
  )
})

for (const isolation of ['read committed', 'repeatable read']) {
  test(`A revocation by user waits for a concurrent renewal, and revokes the renewed session; default isolation ${isolation}.`, async () => {
    const url = await postgres.createDatabase()
    const store = await openPostgresStore({ url })
    await store.close()
    await execute(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET default_transaction_isolation = '${isolation}'`)
    const other: Store = await openPostgresStore({ url })
    const [old, renewed] = [makeSession({ userId: 'usr_r' }), makeSession({ userId: 'usr_r' })]
    await other.write([{ do: 'insert credential', record: old }])
    const commit = await holdTransaction(url, async (session) => {
      await credentials.revoke(session, { id: old.id }, 'revoked', 1)
      await credentials.insert(session, renewed)
    })
    const revoking = other.write([revocationOfUser('usr_r')])
    await waitFor('the revocation to wait', () => isWaiting(url))
    await commit()
    const written = await revoking
    assert.ok(written.committed)
    assert.deepEqual(
      written.ended.map(({ id }) => id),
      [renewed.id],
    )
    assert.deepEqual(await other.credentials.listByUser('usr_r'), [])
    await other.close()
  })
}

test('Of two deadlocked transactions, both are committed in the end.', async () => {
  const url = await postgres.createDatabase()
  const [connection, store] = [await openMigrated(url), await openPostgresStore({ url })]
  const tombstone = (id: string): Tombstone => ({
    kind: 'tombstone',
    was: 'session',
    id,
    hash: 'h',
    reason: 'idle',
    endedAt: 1,
    expiresAt: 2,
  })
  const insertion = (id: string): Change => ({ do: 'insert tombstone', tombstone: tombstone(id) })
  const hasB = Promise.withResolvers<void>()
  let attempts = 0
  const first = connection.transaction(async (session) => {
    await credentials.insertTombstone(session, tombstone('b'))
    hasB.resolve()
    attempts += 1
    if (attempts === 1) await waitFor('the other to wait', () => isWaiting(url))
    await credentials.insertTombstone(session, tombstone('a'))
  })
  await hasB.promise
  // This write holds `a` and waits for `b`; the first transaction then needs `a`.
  const second = store.write([insertion('a'), insertion('b')])
  const written = await second
  assert.ok(written.committed)
  await first
  for (const id of ['a', 'b']) assert.equal((await store.credentials.find(id))?.kind, 'tombstone')
  await connection.close()
  await store.close()
})

test('A server that disappears during a write blocks the others for seconds only.', async (t) => {
  const url = await postgres.createDatabase()
  const store = await openPostgresStore({ url })
  const commit = await holdTransaction(url, (session) => appendEntries(session, [changed('lost')]))
  const startedAt = performance.now()
  await waitFor('an entry to be committed', async () =>
    store.write([{ do: 'append entry', entry: changed('next') }]).then(
      ({ committed }) => committed,
      (error: unknown) => {
        assert.ok(error instanceof StoreError)
        return false
      },
    ),
  )
  t.diagnostic(`blocked for ${Math.round(performance.now() - startedAt)} ms`)
  await assert.rejects(commit(), StoreError)
  const { value } = await store.log.subscribe(0).next()
  assert.deepEqual(value.entries, [changed('next')])
  await store.close()
})

test('A start waits until the migration of another server is done.', async () => {
  const url = await postgres.createDatabase()
  const migrating = new pg.Client({ connectionString: url })
  await migrating.connect()
  await migrating.query('BEGIN')
  await migrating.query('SELECT pg_advisory_xact_lock(5281703316)')
  const opening = openPostgresStore({ url })
  await pause(5_000)
  await migrating.query('COMMIT')
  await migrating.end()
  const store = await opening
  await store.probe()
  await store.close()
})

test('A username that another server takes concurrently is a refusal, also for a write of one change.', async () => {
  const url = await postgres.createDatabase()
  const [one, other] = [await openPostgresStore({ url }), await openPostgresStore({ url })]
  for (let round = 0; round < 30; round += 1) {
    const users = [makeUser(), makeUser()]
    for (const user of users) await one.write([{ do: 'insert user', user }])
    const renaming = users.map((user): Change[] => [
      { do: 'replace user', next: { ...user, usernameKey: `name-${round}`, version: 2 }, ifVersion: 1 },
    ])
    const written = await Promise.all([one.write(renaming[0] ?? []), other.write(renaming[1] ?? [])])
    assert.equal(written.filter(({ committed }) => committed).length, 1)
  }
  for (const store of [one, other]) await store.close()
})
