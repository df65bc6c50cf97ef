// What a store must do. Stores judge nothing, know no clock and see no secret; they find, and they write what they are told.
// "Not found" and "lost the race" are values. An exception (StoreError) means that the store is down, full or damaged, and
// that nothing of the write it was asked for has landed, or that this cannot be known.

import type { AuditEvent } from '../domain/audit-event.ts'
import type { CredentialRecord, Tombstone } from '../domain/credential.ts'
import type { KeyRingRecord } from '../domain/key-ring.ts'
import type { Limit } from '../domain/limits.ts'
import type { RevocationLogEntry, RevocationReason } from '../domain/revocation.ts'
import type { UserRecord } from '../domain/user.ts'

/** Which live credentials a change ends. */
export type RevocationFilter =
  | { readonly id: string }
  /** The one with this id, unless it was seen after `unusedSince` (milliseconds). */
  | { readonly id: string; readonly unusedSince: number }
  | { readonly lineage: string }
  | { readonly userId: string; readonly except: readonly string[] }

/**
 * One step of a write. There is no upsert: an insert refuses what exists, a replacement refuses what is gone or changed, so
 * that a late write can never revive what has ended.
 */
export type Change =
  /** Refused when the code or the username key exists. */
  | { readonly do: 'insert user'; readonly user: UserRecord }
  /** Refused unless the stored version is `ifVersion`, and when another user has the username key. */
  | { readonly do: 'replace user'; readonly next: UserRecord; readonly ifVersion: number }
  /** Deletes the user and their operations; their credentials are ended by a change of their own. Refused when gone. */
  | { readonly do: 'delete user'; readonly id: string }
  /** Keeps the digest of a name for good; does nothing where it is kept. */
  | { readonly do: 'reserve name'; readonly digest: string }
  /**
   * Changes nothing; refused when one of the digests is kept. After an insert of a user of that name it also sees what a deletion has
   * reserved that the insert has waited for.
   */
  | { readonly do: 'require free names'; readonly digests: readonly string[] }
  /** Changes nothing; refused unless the user is there in this version. */
  | { readonly do: 'require user'; readonly id: string; readonly version: number }
  /** Changes nothing; refused unless a live credential has this id. */
  | { readonly do: 'require credential'; readonly id: string }
  /** Refused when the id exists, a tombstone's included. */
  | { readonly do: 'insert credential'; readonly record: CredentialRecord }
  /** Refused unless a live record with this id has the version `ifVersion`. Never moves `lastSeenAt` back. */
  | { readonly do: 'replace credential'; readonly next: CredentialRecord; readonly ifVersion: number }
  /**
   * Turns the matching live credentials into tombstones and appends an `ended` entry for each session among them.
   * At most one writer ends a credential. With `mustMatch`, ending nothing is a refusal.
   */
  | {
      readonly do: 'revoke credentials'
      readonly where: RevocationFilter
      readonly reason: RevocationReason
      readonly at: number
      readonly mustMatch?: true
    }
  /** Keeps the tombstone of a credential that lived elsewhere. Does nothing where its id exists. */
  | { readonly do: 'insert tombstone'; readonly tombstone: Tombstone }
  | { readonly do: 'append audit event'; readonly event: AuditEvent }
  | { readonly do: 'append entry'; readonly entry: RevocationLogEntry }
  /** Refused unless the stored version is `ifVersion`; 0 means that there is none yet. */
  | { readonly do: 'replace key ring'; readonly next: KeyRingRecord; readonly ifVersion: number }

/** What a write ended; enough to tell the caller and to forget the session in this process at once. */
export interface RevokedCredential {
  readonly id: string
  readonly kind: CredentialRecord['kind']
  readonly userId: string
  readonly reason: RevocationReason
}

export type WriteResult =
  | { readonly committed: true; readonly ended: readonly RevokedCredential[] }
  /** Nothing landed. `refusedAt` is the index of the first change that was refused. */
  | { readonly committed: false; readonly rejectedAt: number }

export interface LastSeenUpdate {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** Where a listing of tombstones goes on. */
export type TombstoneCursor = Pick<Tombstone, 'endedAt' | 'id'>

export interface CredentialStore {
  /** One round trip. A tombstone is found like a record. */
  find(id: string): Promise<CredentialRecord | Tombstone | undefined>
  /** The user's live credentials, the most recently seen first. Never tombstones. */
  listByUser(userId: string): Promise<readonly CredentialRecord[]>
  /** At most `limit` live credentials that are at or past `expiresAt`, or are sessions last seen at or before `idleSince`. */
  listExpired(now: number, idleSince: number, limit: number): Promise<readonly CredentialRecord[]>
  /** Moves `lastSeenAt`, only ever forward. Ids that are missing or ended are skipped. Never changes a version. */
  touch(seen: readonly LastSeenUpdate[]): Promise<void>
  /** At most `limit` tombstones after this one, in the order of their ends, then of their ids. An empty id comes before all. */
  listTombstones(after: TombstoneCursor, limit: number): Promise<readonly Tombstone[]>
  /** Deletes at most `limit` records and tombstones with `expiresAt` before `before`, and returns how many. */
  deleteExpired(before: number, limit: number): Promise<number>
}

export interface UserStore {
  find(id: string): Promise<UserRecord | undefined>
  findByUsernameKey(usernameKey: string): Promise<UserRecord | undefined>
  /** At most `limit` users after the one with the code `after`, in the order of their codes; null begins. */
  page(after: string | null, limit: number): Promise<readonly UserRecord[]>
}

export interface ListedAuditEvent extends AuditEvent {
  /** Grows with every operation appended. */
  readonly position: number
}

export interface AuditLog {
  /** At most `limit` of the user's operations, newest first, only those at positions before `before` where it is not null. */
  list(userId: string, before: number | null, limit: number): Promise<readonly ListedAuditEvent[]>
  /** Deletes at most `limit` operations older than `before` (milliseconds), and returns how many. */
  deleteOlderThan(before: number, limit: number): Promise<number>
}

export interface LogBatch {
  /** Possibly none: then it is a heartbeat, which says that there was nothing new. */
  readonly entries: readonly RevocationLogEntry[]
  /** Of the last entry there is; hand it to `follow` to resume. */
  readonly position: number
  /** How long ago the log was read, in milliseconds: what has landed since is not in it. */
  readonly readAgeMs: number
}

export interface RevocationLog {
  /**
   * Every entry after `from`, in order, then each new one as it lands, whoever wrote it, and a heartbeat several times a
   * second. Must never skip an entry. Throws StoreError when the log cannot be read; ends when the iterator is returned.
   * The first that is heard comes at once and holds everything retained after `from`. That can be nothing: then it is a
   * heartbeat, which says from where to go on. After a `from` that the log has not reached, because it was restored from
   * an older copy, everything retained is heard again.
   */
  subscribe(from: number): AsyncIterableIterator<LogBatch>
  /** Deletes entries older than `before` (milliseconds), and returns how many. Positions are never used again. */
  trim(before: number): Promise<number>
}

export interface LimitCount {
  /** Points taken in the running window, this one included. */
  readonly taken: number
  /** When counting starts again, in milliseconds since 1970. */
  readonly resetsAt: number
}

/**
 * Counters for limits. A key begins with its kind and a colon. Memory or table stay bounded however many keys there are, and room is made
 * among those of a kind: who can begin many of one never pushes out another.
 */
export interface LimitStore {
  /** Takes one point, atomically, also among processes. A window that is over starts again at one. */
  take(key: string, limit: Limit, now: number): Promise<LimitCount>
  /** The window that runs for this key; undefined where none does. Takes nothing. */
  find(key: string, now: number): Promise<LimitCount | undefined>
  /** Gives one point back, never below none. */
  refund(key: string): Promise<void>
  /** Deletes windows that are over, and returns how many. */
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
   * The only way to change anything but seen times: all changes land together, in the order given, or none does.
   * A single change is one round trip.
   */
  write(changes: readonly Change[]): Promise<WriteResult>
  /** Resolves while the store can be read and written; throws StoreError with the reason otherwise. */
  probe(): Promise<void>
  /** Ends those who follow the log. From then on everything else throws StoreError; closing again does nothing. */
  close(): Promise<void>
}
