// Measures the bytes of sessions, tombstones, log entries, audit events and users in each store.

import { DatabaseSync } from 'node:sqlite'
import type { Change, Store } from '../../src/ports/store.ts'
import { makeAuditEvent, makeUser } from '../../src/testing/index.ts'
import { type Backend, type BackendName, startBackend } from '../support/backends.ts'
import { makeTypicalSession } from '../support/fixtures.ts'

export interface Sizes {
  /** Bytes each. With Redis, the session, the tombstone and the log entry are in Redis. */
  readonly session: number
  /** The tombstone of a revoked session, until it would have expired. */
  readonly tombstone: number
  readonly event: number
  readonly user: number
  /** An entry of the revocation log, kept for a token lifetime. */
  readonly entry: number
  /** With Redis, the tombstone in the database beside it. */
  readonly tombstoneInDatabase: number
}

const BATCH_SIZE = 200

export async function measureSizes(name: BackendName, count: number): Promise<Sizes> {
  await using backend = await startBackend(name)
  const store = await backend.open()
  const now = Date.now()
  const sessions = Array.from({ length: count }, () => makeTypicalSession(now))
  const [empty, emptyDatabase] = await bytesOf(backend)
  await writeAll(
    store,
    sessions.map((record): readonly Change[] => [{ do: 'insert credential', record }]),
  )
  const [full] = await bytesOf(backend)
  await writeAll(
    store,
    sessions.map(({ id }): readonly Change[] => [{ do: 'revoke credentials', where: { id }, reason: 'revoked', at: now }]),
  )
  // The log is trimmed after a token lifetime; the tombstone stays.
  const [withLog] = await bytesOf(backend)
  await store.log.trim(now + 1)
  const [revoked, revokedDatabase] = await bytesOf(backend)
  await writeAll(
    store,
    sessions.map(({ id, userId, userAgent }): readonly Change[] => [
      { do: 'append audit event', event: makeAuditEvent({ userId, userAgent, sessionId: id, detail: { remember: false } }) },
    ]),
  )
  const [, recordedDatabase] = await bytesOf(backend)
  await writeAll(
    store,
    sessions.map((): readonly Change[] => [{ do: 'insert user', user: makeUser() }]),
  )
  const [, populatedDatabase] = await bytesOf(backend)
  await store.close()
  return {
    session: (full - empty) / count,
    tombstone: (revoked - empty) / count,
    event: (recordedDatabase - revokedDatabase) / count,
    user: (populatedDatabase - recordedDatabase) / count,
    entry: (withLog - revoked) / count,
    tombstoneInDatabase: name === 'Redis' ? (revokedDatabase - emptyDatabase) / count : 0,
  }
}

/** Returns the bytes used by credentials, and those of the database. */
async function bytesOf(backend: Backend): Promise<readonly [credentials: number, database: number]> {
  const database = databaseBytes(backend)
  if (backend.redis === undefined) return [database, database]
  return [Number(/^used_memory:(\d+)/m.exec(await backend.redis.command('INFO', 'memory'))?.[1]), database]
}

function databaseBytes({ env, postgres }: Backend): number {
  const url = env.DATABASE_URL ?? ''
  if (postgres !== undefined) {
    const name = url.slice(url.lastIndexOf('/') + 1)
    postgres.query(name, 'VACUUM FULL')
    return Number(postgres.query(name, 'SELECT pg_database_size(current_database())'))
  }
  const database = new DatabaseSync(url.slice('sqlite:'.length))
  database.exec('VACUUM')
  const [pages, size] = ['page_count', 'page_size'].map((name) => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]))
  database.close()
  return (pages ?? 0) * (size ?? 0)
}

async function writeAll(store: Store, writes: readonly (readonly Change[])[]): Promise<void> {
  for (let at = 0; at < writes.length; at += BATCH_SIZE)
    await Promise.all(writes.slice(at, at + BATCH_SIZE).map((changes) => store.write(changes)))
}
