// Entries of the revocation log as rows, and the SQL that appends, reads and trims them.

import type { RevocationLogEntry, RevocationReason } from '../../domain/revocation.ts'
import { parseColumn } from './json-column.ts'

export const REVOCATIONS_TABLE = 'latchkey_revocations'

export type EntryRow =
  | readonly [position: number, kind: 'revoked', sid: string, at: number, reason: RevocationReason, roles: null]
  | readonly [position: number, kind: 'changed', sid: string, at: number, reason: null, roles: string | null]
  | readonly [position: number, kind: 'keys', sid: null, at: number, reason: null, roles: null]
  | readonly [position: number, kind: 'ack_requested', requestId: string, at: number, reason: null, roles: null]
  | readonly [position: number, kind: 'ack', requestId: string, at: number, process: string, counts: string]

export const REVOCATION_SQL = {
  append: `INSERT INTO ${REVOCATIONS_TABLE} (kind, sid, at, reason, roles) VALUES (?, ?, ?, ?, ?)`,
  readAfter: `SELECT position, kind, sid, at, reason, roles FROM ${REVOCATIONS_TABLE} WHERE position > ? ORDER BY position`,
  trim: `DELETE FROM ${REVOCATIONS_TABLE} WHERE at < ?`,
} as const

/** @throws StoreError when the row is damaged */
export function entryOf([, kind, sid, at, reason, roles]: EntryRow): RevocationLogEntry {
  switch (kind) {
    case 'revoked':
      return { kind, sid, at, reason }
    case 'changed':
      // Entries of schema version 1 have no roles: then no token of the session is accepted until it is renewed.
      return { kind, sid, at, roles: parseColumn<readonly string[]>(roles ?? '[]') }
    case 'keys':
      return { kind, at }
    // Acknowledgements share the columns of the other kinds: the request id is in `sid`, the process in `reason`.
    case 'ack_requested':
      return { kind, requestId: sid, at }
    case 'ack': {
      const [verifiers, delivered] = parseColumn<readonly [number, number]>(roles)
      return { kind, requestId: sid, process: reason, verifiers, delivered, at }
    }
  }
}

export function entryValues(entry: RevocationLogEntry): readonly [string, string | null, number, string | null, string | null] {
  switch (entry.kind) {
    case 'revoked':
      return [entry.kind, entry.sid, entry.at, entry.reason, null]
    case 'changed':
      return [entry.kind, entry.sid, entry.at, null, JSON.stringify(entry.roles)]
    case 'keys':
      return [entry.kind, null, entry.at, null, null]
    case 'ack_requested':
      return [entry.kind, entry.requestId, entry.at, null, null]
    case 'ack':
      return [entry.kind, entry.requestId, entry.at, entry.process, JSON.stringify([entry.verifiers, entry.delivered])]
  }
}
