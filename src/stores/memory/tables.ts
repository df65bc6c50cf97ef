// The tables of the memory store, and the write that changes them.

import type { KeyRingRecord } from '../../domain/key-ring.ts'
import type { Change, RevokedCredential, WriteResult } from '../../ports/store.ts'
import { AuditEventTable } from './audit-event-table.ts'
import { CredentialTable } from './credential-table.ts'
import { deepFreezeCopy } from './deep-freeze.ts'
import { RevocationLogTable } from './revocation-log-table.ts'
import { Rollback } from './rollback.ts'
import { UserTable } from './user-table.ts'

export class Tables {
  readonly credentials = new CredentialTable()
  readonly users = new UserTable()
  readonly events = new AuditEventTable()
  readonly log = new RevocationLogTable()
  readonly #reservedNames = new Set<string>()
  #keyRing: KeyRingRecord | undefined

  get keyRing(): KeyRingRecord | undefined {
    return this.#keyRing
  }

  /** Applies all changes in order, or none of them. */
  write(changes: readonly Change[]): WriteResult {
    const undo = new Rollback()
    const revoked: RevokedCredential[] = []
    for (const [index, change] of changes.entries()) {
      if (this.#apply(change, revoked, undo)) continue
      undo.run()
      return { committed: false, rejectedAt: index }
    }
    return { committed: true, ended: revoked }
  }

  /** False when the change is refused. */
  #apply(change: Change, revoked: RevokedCredential[], undo: Rollback): boolean {
    switch (change.do) {
      case 'insert user':
        return this.users.insert(change.user, undo)
      case 'replace user':
        return this.users.replace(change.next, change.ifVersion, undo)
      case 'delete user':
        this.events.deleteByUser(change.id, undo)
        return this.users.delete(change.id, undo)
      case 'reserve name':
        this.#reserveName(change.digest, undo)
        return true
      case 'require free names':
        return !change.digests.some((digest) => this.#reservedNames.has(digest))
      case 'require user':
        return this.users.find(change.id)?.version === change.version
      case 'require credential':
        return this.credentials.findLive(change.id) !== undefined
      case 'insert credential':
        return this.credentials.insert(change.record, undo)
      case 'replace credential':
        return this.credentials.replace(change.next, change.ifVersion, undo)
      case 'revoke credentials':
        return this.#revoke(change, revoked, undo)
      case 'insert tombstone':
        this.credentials.insertTombstone(change.tombstone, undo)
        return true
      case 'append audit event':
        this.events.append(change.event, undo)
        return true
      case 'append entry':
        this.log.append(change.entry, undo)
        return true
      case 'replace key ring':
        return this.#replaceKeyRing(change.next, change.ifVersion, undo)
    }
  }

  #revoke(change: Change & { readonly do: 'revoke credentials' }, revoked: RevokedCredential[], undo: Rollback): boolean {
    const { where, reason, at, mustMatch } = change
    const matched = this.credentials.revoke(where, reason, at, undo)
    for (const { id, kind } of matched) {
      if (kind === 'session') this.log.append({ kind: 'revoked', sid: id, at, reason }, undo)
    }
    revoked.push(...matched)
    return matched.length > 0 || mustMatch !== true
  }

  #reserveName(digest: string, undo: Rollback): void {
    if (this.#reservedNames.has(digest)) return
    this.#reservedNames.add(digest)
    undo.add(() => this.#reservedNames.delete(digest))
  }

  #replaceKeyRing(next: KeyRingRecord, ifVersion: number, undo: Rollback): boolean {
    const before = this.#keyRing
    if ((before?.version ?? 0) !== ifVersion) return false
    this.#keyRing = deepFreezeCopy(next)
    undo.add(() => {
      this.#keyRing = before
    })
    return true
  }
}
