// The endings log in PostgreSQL. Positions come from one counter, whose row stays locked until the commit: so they become
// visible in their order, and who follows can skip none. The counter never falls behind the microsecond of the clock: also
// after a standby has taken over that lacks the latest entries, positions go on from where every follower has been.

import { POSTGRES_REVOCATION_CHANNEL } from '../../domain/persisted-names.ts'
import type { RevocationLogEntry } from '../../domain/revocation.ts'
import type { LogReadResult } from '../log/subscription.ts'
import { type EntryRow, entryOf, entryValues, REVOCATION_SQL, REVOCATIONS_TABLE } from '../sql/revocations.ts'
import { type Session, statement, unpreparedStatement } from './connection.ts'

const COUNTER = 'latchkey_revocation_counter'

export const REVOCATION_COUNTER: readonly string[] = [
  `CREATE TABLE ${COUNTER} (id BIGINT PRIMARY KEY CHECK (id = 1), position BIGINT NOT NULL)`,
  `INSERT INTO ${COUNTER} (id, position) VALUES (1, 0)`,
]

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

/** The counter and the entries in one snapshot; everything where the log has not reached the position. */
const READ_AFTER = statement(`
  SELECT counter.position, entry.position, entry.kind, entry.sid, entry.at, entry.reason, entry.roles
  FROM ${COUNTER} AS counter
  LEFT JOIN ${REVOCATIONS_TABLE} AS entry
    ON entry.position > CASE WHEN ?::bigint > counter.position THEN 0 ELSE ?::bigint END
  ORDER BY entry.position`)

const TRIM = unpreparedStatement(REVOCATION_SQL.trim)

type ReadRow = readonly [last: number, ...entry: EntryRow] | readonly [last: number, position: null, ...blank: readonly null[]]

/** The last statement of its transaction: whoever appends after us waits for the counter, and must not hold what we need. */
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
