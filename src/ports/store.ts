// The store contract. A store makes no decisions, has no clock and sees no secrets: it finds records, and it applies the changes that it is
// given. "Not found" and "lost the compare-and-set" are return values. A StoreError means that the store is down, full or damaged, and that
// the write has not committed, or that its result is unknown.

import type { AuditEvent } from '../domain/audit-event.ts'
import type { CredentialRecord, Tombstone } from '../domain/credential.ts'
import type { KeyRingRecord } from '../domain/key-ring.ts'
import type { Limit } from '../domain/limits.ts'
import type { RevocationLogEntry, RevocationReason } from '../domain/revocation.ts'
import type { UserRecord } from '../domain/user.ts'

/** The live credentials that a change revokes. */
export type RevocationFilter =
  | { readonly id: string }
  /** The credential with this id, unless it was last seen after `unusedSince` (milliseconds). */
  | { readonly id: string; readonly unusedSince: number }
  | { readonly lineage: string }
  | { readonly userId: string; readonly except: readonly string[] }

/**
 * One step of a write. There is no upsert: an insert is rejected when the record exists, a replacement when it is gone or has changed, so
 * that a late write can never undo a revocation.
 */
export type Change =
  /** Rejected when the id or the username key exists. */
  | { readonly do: 'insert user'; readonly user: UserRecord }
  /** Rejected unless the stored version is `ifVersion`, and when another user has the username key. */
  | { readonly do: 'replace user'; readonly next: UserRecord; readonly ifVersion: number }
  /** Deletes the user and their audit events; a separate change revokes their credentials. Rejected when the user is gone. */
  | { readonly do: 'delete user'; readonly id: string }
  /** Stores the digest of a username permanently; does nothing when it is stored already. */
  | { readonly do: 'reserve name'; readonly digest: string }
  /**
   * Changes nothing; rejected when one of the digests is stored. After an insert of a user with that username, it must also see a digest
   * that a concurrent deletion stored while the insert waited for it.
   */
  | { readonly do: 'require free names'; readonly digests: readonly string[] }
  /** Changes nothing; rejected unless the user exists in this version. */
  | { readonly do: 'require user'; readonly id: string; readonly version: number }
  /** Changes nothing; rejected unless a live credential has this id. */
  | { readonly do: 'require credential'; readonly id: string }
  /** Rejected when the id exists, also as a tombstone. */
  | { readonly do: 'insert credential'; readonly record: CredentialRecord }
  /** Rejected unless a live record with this id has the version `ifVersion`. Never moves `lastSeenAt` back. */
  | { readonly do: 'replace credential'; readonly next: CredentialRecord; readonly ifVersion: number }
  /**
   * Turns the matching live credentials into tombstones and appends a `revoked` entry for each session among them. At most one write
   * revokes a credential. With `mustMatch`, matching no credential is a rejection.
   */
  | {
      readonly do: 'revoke credentials'
      readonly where: RevocationFilter
      readonly reason: RevocationReason
      readonly at: number
      readonly mustMatch?: true
    }
  /** Stores the tombstone of a credential that lived in another store. Does nothing when its id exists. */
  | { readonly do: 'insert tombstone'; readonly tombstone: Tombstone }
  | { readonly do: 'append audit event'; readonly event: AuditEvent }
  | { readonly do: 'append entry'; readonly entry: RevocationLogEntry }
  /** Rejected unless the stored version is `ifVersion`; 0 means that there is no ring yet. */
  | { readonly do: 'replace key ring'; readonly next: KeyRingRecord; readonly ifVersion: number }

/** A credential that a write revoked: enough to report it, and to drop the session from this process's cache at once. */
export interface RevokedCredential {
  readonly id: string
  readonly kind: CredentialRecord['kind']
  readonly userId: string
  readonly reason: RevocationReason
}

export type WriteResult =
  | { readonly committed: true; readonly ended: readonly RevokedCredential[] }
  /** Nothing was committed. `rejectedAt` is the index of the first rejected change. */
  | { readonly committed: false; readonly rejectedAt: number }

export interface LastSeenUpdate {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** The position at which a listing of tombstones continues. */
export type TombstoneCursor = Pick<Tombstone, 'endedAt' | 'id'>

export interface CredentialStore {
  /** One round trip. Finds tombstones as well as live records. */
  find(id: string): Promise<CredentialRecord | Tombstone | undefined>
  /** The user's live credentials, the most recently seen first. No tombstones. */
  listByUser(userId: string): Promise<readonly CredentialRecord[]>
  /** At most `limit` live credentials that have reached `expiresAt`, or are sessions last seen at or before `idleSince`. */
  listExpired(now: number, idleSince: number, limit: number): Promise<readonly CredentialRecord[]>
  /** Moves `lastSeenAt`, only ever forward. Skips ids that are missing or revoked. Never changes a version. */
  touch(seen: readonly LastSeenUpdate[]): Promise<void>
  /** At most `limit` tombstones after the cursor, ordered by `endedAt`, then by id. An empty id comes before all ids. */
  listTombstones(after: TombstoneCursor, limit: number): Promise<readonly Tombstone[]>
  /** Deletes at most `limit` records and tombstones with `expiresAt` before `before`, and returns how many. */
  deleteExpired(before: number, limit: number): Promise<number>
}

export interface UserStore {
  find(id: string): Promise<UserRecord | undefined>
  findByUsernameKey(usernameKey: string): Promise<UserRecord | undefined>
  /** At most `limit` users after the one with the id `after`, ordered by id; null starts at the first. */
  page(after: string | null, limit: number): Promise<readonly UserRecord[]>
}

export interface ListedAuditEvent extends AuditEvent {
  /** Grows with every appended event. */
  readonly position: number
}

export interface AuditLog {
  /** At most `limit` audit events of the user, newest first; only those before the position `before` when it is not null. */
  list(userId: string, before: number | null, limit: number): Promise<readonly ListedAuditEvent[]>
  /** Deletes at most `limit` audit events older than `before` (milliseconds), and returns how many. */
  deleteOlderThan(before: number, limit: number): Promise<number>
}

export interface LogBatch {
  /** An empty batch is a heartbeat: nothing new was written. */
  readonly entries: readonly RevocationLogEntry[]
  /** The position of the last entry; pass it to `subscribe` to resume. */
  readonly position: number
  /** Milliseconds since the log was read: entries that were committed later are not in this batch. */
  readonly readAgeMs: number
}

export interface RevocationLog {
  /**
   * Yields every entry after `from`, in order, then each new entry as it is committed, by any process, and a heartbeat several times a
   * second. Must never skip an entry. Throws StoreError when the log cannot be read; ends when the iterator is returned.
   *
   * The first batch comes at once and holds everything retained after `from`; when that is nothing, it is a heartbeat with the current
   * position. When `from` is beyond the end of the log, because the log was restored from an older copy, everything retained is yielded
   * again.
   */
  subscribe(from: number): AsyncIterableIterator<LogBatch>
  /** Deletes entries older than `before` (milliseconds), and returns how many. Positions are never reused. */
  trim(before: number): Promise<number>
}

export interface LimitCount {
  /** Points taken in the current window, this one included. */
  readonly taken: number
  /** When the window ends, in milliseconds since 1970. */
  readonly resetsAt: number
}

/**
 * Rate limit counters. A key begins with its kind and a colon. Memory or table size stays bounded however many keys there are. Eviction
 * stays within one kind: a client that creates many counters of one kind never evicts another kind's.
 */
export interface LimitStore {
  /** Takes one point, atomically, also across processes. A window that has ended starts again at one. */
  take(key: string, limit: Limit, now: number): Promise<LimitCount>
  /** The current window of this key; undefined when there is none. Takes no point. */
  find(key: string, now: number): Promise<LimitCount | undefined>
  /** Gives one point back; the count never drops below zero. */
  refund(key: string): Promise<void>
  /** Deletes windows that have ended, and returns how many. */
  deleteExpiredWindows(now: number): Promise<number>
}

export interface Store {
  readonly credentials: CredentialStore
  readonly users: UserStore
  readonly auditEvents: AuditLog
  readonly log: RevocationLog
  readonly limits: LimitStore
  findKeyRing(): Promise<KeyRingRecord | undefined>
  /**
   * The only way to change anything except `lastSeenAt`: all changes commit together, in the given order, or none does. A single change is
   * one round trip.
   */
  write(changes: readonly Change[]): Promise<WriteResult>
  /** Resolves while the store can be read and written; otherwise throws a StoreError with the reason. */
  probe(): Promise<void>
  /** Ends every subscription to the log. Afterwards every other call throws StoreError; closing again does nothing. */
  close(): Promise<void>
}
