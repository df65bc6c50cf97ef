// The revocation log in PostgreSQL. Positions come from one counter, whose row is locked until the commit: entries become visible
// in the order of their positions, so a subscription skips none. The counter is at least the clock in microseconds: after a failover
// to a standby that lacks the latest entries, new positions are still higher than any that a subscription has read.

import { POSTGRES_REVOCATION_CHANNEL } from '../../domain/persisted-names.ts'
import type { RevocationLogEntry } from '../../domain/revocation.ts'
import type { LogReadResult } from '../log/subscription.ts'
import { type EntryRow, entryOf, entryValues, REVOCATION_SQL, REVOCATIONS_TABLE } from '../sql/revocations.ts'
import { type Session, statement, unpreparedStatement } from './connection.ts'

const COUNTER = 'latchkey_revocation_counter'

const APPEND = statement(`
  WITH counter AS (
      UPDATE ${COUNTER}
      SET position = greatest(position, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) + cardinality(?::text[])
      RETURNING position - cardinality(?::text[]) AS before
    ),
    appended AS (
      INSERT INTO ${REVOCATIONS_TABLE} (position, kind, sid, at, reason, roles)
      SELECT before + number, kind, sid, at, reason, roles
      FROM counter, unnest(?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[]) WITH ORDINALITY AS entry (kind, sid, at, reason, roles, number)
    )
  SELECT pg_notify('${POSTGRES_REVOCATION_CHANNEL}', '') FROM counter`)

/** The counter and the entries in one snapshot; all entries when the log is behind the position. */
const READ_AFTER = statement(`
  SELECT counter.position, entry.position, entry.kind, entry.sid, entry.at, entry.reason, entry.roles
  FROM ${COUNTER} AS counter
  LEFT JOIN ${REVOCATIONS_TABLE} AS entry
    ON entry.position > CASE WHEN ?::bigint > counter.position THEN 0 ELSE ?::bigint END
  ORDER BY entry.position`)

const TRIM = unpreparedStatement(REVOCATION_SQL.trim)

type ReadRow = readonly [last: number, ...entry: EntryRow] | readonly [last: number, position: null, ...blank: readonly null[]]

/** Must be the last statement of its transaction: other appends wait for the counter, and must not hold locks that this one needs. */
export async function appendEntries(session: Session, entries: readonly RevocationLogEntry[]): Promise<void> {
  if (entries.length === 0) return
  const values = entries.map(entryValues)
  const kinds = values.map(([kind]) => kind)
  await session.rows(
    APPEND,
    kinds,
    kinds,
    kinds,
    values.map(([, sid]) => sid),
    values.map(([, , at]) => at),
    values.map(([, , , reason]) => reason),
    values.map(([, , , , roles]) => roles),
  )
}

export async function readAfter(session: Session, from: number): Promise<LogReadResult> {
  const rows = await session.rows<ReadRow>(READ_AFTER, from, from)
  const entries = rows.flatMap(([, ...entry]) => (isEntry(entry) ? [entryOf(entry)] : []))
  return { entries, position: rows[0]?.[0] ?? 0 }
}

export async function trimEntries(session: Session, before: number): Promise<number> {
  return session.count(TRIM, before)
}

function isEntry(row: readonly unknown[]): row is EntryRow {
  return row[0] !== null
}
