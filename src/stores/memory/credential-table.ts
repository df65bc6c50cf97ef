// Credentials and tombstones of the memory store, indexed by id; live credentials also by user and by lineage.

import type { CredentialRecord, Tombstone } from '../../domain/credential.ts'
import type { RevocationReason } from '../../domain/revocation.ts'
import type { LastSeenUpdate, RevocationFilter, RevokedCredential, TombstoneCursor } from '../../ports/store.ts'
import { deepFreezeCopy } from './deep-freeze.ts'
import type { Rollback } from './rollback.ts'

type Stored = CredentialRecord | Tombstone

export class CredentialTable {
  readonly #byId = new Map<string, Stored>()
  readonly #byUser = new Map<string, Set<string>>()
  readonly #byLineage = new Map<string, Set<string>>()

  find(id: string): Stored | undefined {
    return this.#byId.get(id)
  }

  findLive(id: string): CredentialRecord | undefined {
    const stored = this.#byId.get(id)
    return stored?.kind === 'tombstone' ? undefined : stored
  }

  insert(record: CredentialRecord, undo: Rollback): boolean {
    if (this.#byId.has(record.id)) return false
    this.#put(record.id, deepFreezeCopy(record), undo)
    return true
  }

  replace(next: CredentialRecord, ifVersion: number, undo: Rollback): boolean {
    const live = this.findLive(next.id)
    if (live?.version !== ifVersion) return false
    this.#put(next.id, deepFreezeCopy({ ...next, lastSeenAt: Math.max(next.lastSeenAt, live.lastSeenAt) }), undo)
    return true
  }

  revoke(where: RevocationFilter, reason: RevocationReason, at: number, undo: Rollback): readonly RevokedCredential[] {
    return this.#matching(where).map((live) => {
      const { id, kind, hash, expiresAt, userId } = live
      this.#put(id, Object.freeze({ kind: 'tombstone', was: kind, id, hash, reason, endedAt: at, expiresAt }), undo)
      return { id, kind, userId, reason }
    })
  }

  touch(seen: readonly LastSeenUpdate[]): void {
    for (const { id, at } of seen) {
      const live = this.findLive(id)
      if (live !== undefined && at > live.lastSeenAt) this.#byId.set(id, Object.freeze({ ...live, lastSeenAt: at }))
    }
  }

  listByUser(userId: string): readonly CredentialRecord[] {
    return this.#listed(this.#byUser.get(userId)).sort((a, b) => b.lastSeenAt - a.lastSeenAt)
  }

  listExpired(now: number, idleSince: number, limit: number): readonly CredentialRecord[] {
    const expired: CredentialRecord[] = []
    for (const stored of this.#byId.values()) {
      if (expired.length >= limit) break
      if (stored.kind === 'tombstone') continue
      if (now >= stored.expiresAt || (stored.kind === 'session' && stored.lastSeenAt <= idleSince)) expired.push(stored)
    }
    return expired
  }

  listTombstones({ endedAt, id }: TombstoneCursor, limit: number): readonly Tombstone[] {
    return [...this.#byId.values()]
      .filter((stored) => stored.kind === 'tombstone')
      .filter((tombstone) => tombstone.endedAt > endedAt || (tombstone.endedAt === endedAt && tombstone.id > id))
      .sort((a, b) => a.endedAt - b.endedAt || (a.id < b.id ? -1 : 1))
      .slice(0, limit)
  }

  insertTombstone(tombstone: Tombstone, undo: Rollback): void {
    if (!this.#byId.has(tombstone.id)) this.#put(tombstone.id, deepFreezeCopy(tombstone), undo)
  }

  deleteExpired(before: number, limit: number): number {
    let deleted = 0
    for (const { id, expiresAt } of this.#byId.values()) {
      if (deleted >= limit) break
      if (expiresAt >= before) continue
      this.#set(id, undefined)
      deleted += 1
    }
    return deleted
  }

  #matching(where: RevocationFilter): readonly CredentialRecord[] {
    if ('lineage' in where) return this.#listed(this.#byLineage.get(where.lineage))
    if ('userId' in where) return this.#listed(this.#byUser.get(where.userId)).filter(({ id }) => !where.except.includes(id))
    const live = this.findLive(where.id)
    if (live === undefined || ('unusedSince' in where && live.lastSeenAt > where.unusedSince)) return []
    return [live]
  }

  #listed(ids: ReadonlySet<string> | undefined): CredentialRecord[] {
    return [...(ids ?? [])].flatMap((id) => this.findLive(id) ?? [])
  }

  #put(id: string, next: Stored, undo: Rollback): void {
    const before = this.#byId.get(id)
    this.#set(id, next)
    undo.add(() => this.#set(id, before))
  }

  #set(id: string, next: Stored | undefined): void {
    const before = this.findLive(id)
    if (before !== undefined) {
      removeFrom(this.#byUser, before.userId, id)
      removeFrom(this.#byLineage, before.lineage, id)
    }
    if (next === undefined) this.#byId.delete(id)
    else this.#byId.set(id, next)
    if (next === undefined || next.kind === 'tombstone') return
    addTo(this.#byUser, next.userId, id)
    addTo(this.#byLineage, next.lineage, id)
  }
}

function addTo(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key)
  if (ids) ids.add(id)
  else index.set(key, new Set([id]))
}

function removeFrom(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key)
  ids?.delete(id)
  if (ids?.size === 0) index.delete(key)
}
