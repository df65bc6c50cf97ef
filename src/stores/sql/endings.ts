// The entries of the endings log as rows, and the SQL that appends, reads and trims them.

import type { EndReason, LogEntry } from '../../domain/ending.ts'

export const ENDINGS_TABLE = 'latchkey_endings'

export type EntryRow =
  | readonly [position: number, kind: 'ended', sid: string, at: number, reason: EndReason]
  | readonly [position: number, kind: 'changed', sid: string, at: number, reason: null]
  | readonly [position: number, kind: 'keys', sid: null, at: number, reason: null]

export const ENDING_SQL = {
  append: `INSERT INTO ${ENDINGS_TABLE} (kind, sid, at, reason) VALUES (?, ?, ?, ?)`,
  readAfter: `SELECT position, kind, sid, at, reason FROM ${ENDINGS_TABLE} WHERE position > ? ORDER BY position`,
  trim: `DELETE FROM ${ENDINGS_TABLE} WHERE at < ?`,
} as const

export function entryOf([, kind, sid, at, reason]: EntryRow): LogEntry {
  switch (kind) {
    case 'ended':
      return { kind, sid, at, reason }
    case 'changed':
      return { kind, sid, at }
    case 'keys':
      return { kind, at }
  }
}

export function entryValues(entry: LogEntry): readonly [string, string | null, number, string | null] {
  return [entry.kind, 'sid' in entry ? entry.sid : null, entry.at, entry.kind === 'ended' ? entry.reason : null]
}
