// What sessions, their ends and operations take in each store, measured with many of them.

import { DatabaseSync } from 'node:sqlite'
import type { Change, Store } from '../../src/ports/store.ts'
import { anAuditEvent, aUser } from '../../src/testing/index.ts'
import { type Place, type PlaceName, startPlace } from '../support/places.ts'
import { usualSession } from '../support/usual.ts'

export interface Sizes {
  /** Bytes each. With Redis the first three are in Redis, and what the database keeps of a sign-out is named apart. */
  readonly session: number
  /** What an ended session leaves until it would have expired. */
  readonly tombstone: number
  readonly event: number
  readonly user: number
  /** An entry of the endings log, for as long as a token can live. */
  readonly entry: number
  readonly tombstoneInDatabase: number
}

const AT_ONCE = 200

export async function measureSizes(name: PlaceName, count: number): Promise<Sizes> {
  await using place = await startPlace(name)
  const store = await place.open()
  const now = Date.now()
  const sessions = Array.from({ length: count }, () => usualSession(now))
  const [empty, emptyDatabase] = await bytesOf(place)
  await writeAll(
    store,
    sessions.map((record): readonly Change[] => [{ do: 'insert credential', record }]),
  )
  const [full] = await bytesOf(place)
  await writeAll(
    store,
    sessions.map(({ id }): readonly Change[] => [{ do: 'end credentials', where: { id }, reason: 'revoked', at: now }]),
  )
  // The log is trimmed after one token life: of an end, the tombstone is what stays.
  const [told] = await bytesOf(place)
  await store.log.trim(now + 1)
  const [ended, endedDatabase] = await bytesOf(place)
  await writeAll(
    store,
    sessions.map(({ id, userId, userAgent }): readonly Change[] => [
      { do: 'append audit event', event: anAuditEvent({ userId, userAgent, sessionId: id, detail: { remember: false } }) },
    ]),
  )
  const [, recordedDatabase] = await bytesOf(place)
  await writeAll(
    store,
    sessions.map((): readonly Change[] => [{ do: 'insert user', user: aUser() }]),
  )
  const [, populatedDatabase] = await bytesOf(place)
  await store.close()
  return {
    session: (full - empty) / count,
    tombstone: (ended - empty) / count,
    event: (recordedDatabase - endedDatabase) / count,
    user: (populatedDatabase - recordedDatabase) / count,
    entry: (told - ended) / count,
    tombstoneInDatabase: name === 'Redis' ? (endedDatabase - emptyDatabase) / count : 0,
  }
}

/** What credentials take, and what the database takes. */
async function bytesOf(place: Place): Promise<readonly [credentials: number, database: number]> {
  const database = databaseBytes(place)
  if (place.redis === undefined) return [database, database]
  return [Number(/^used_memory:(\d+)/m.exec(await place.redis.ask('INFO', 'memory'))?.[1]), database]
}

function databaseBytes({ env, postgres }: Place): number {
  const url = env.DATABASE_URL ?? ''
  if (postgres !== undefined) {
    const name = url.slice(url.lastIndexOf('/') + 1)
    postgres.ask(name, 'VACUUM FULL')
    return Number(postgres.ask(name, 'SELECT pg_database_size(current_database())'))
  }
  const database = new DatabaseSync(url.slice('sqlite:'.length))
  database.exec('VACUUM')
  const [pages, size] = ['page_count', 'page_size'].map((name) => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]))
  database.close()
  return (pages ?? 0) * (size ?? 0)
}

async function writeAll(store: Store, writes: readonly (readonly Change[])[]): Promise<void> {
  for (let at = 0; at < writes.length; at += AT_ONCE)
    await Promise.all(writes.slice(at, at + AT_ONCE).map((changes) => store.write(changes)))
}
