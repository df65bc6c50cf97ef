// The audit log of the memory store: audit events by user.

import type { AuditEvent } from '../../domain/audit-event.ts'
import type { ListedAuditEvent } from '../../ports/store.ts'
import { deepFreezeCopy } from './deep-freeze.ts'
import type { Rollback } from './rollback.ts'

export class AuditEventTable {
  /** By user, oldest first. */
  readonly #byUser = new Map<string, ListedAuditEvent[]>()
  #position = 0

  append(event: AuditEvent, undo: Rollback): void {
    this.#position += 1
    const listed = this.#byUser.get(event.userId) ?? []
    listed.push(deepFreezeCopy({ ...event, position: this.#position }))
    this.#byUser.set(event.userId, listed)
    undo.add(() => listed.pop())
  }

  list(userId: string, before: number | null, limit: number): readonly ListedAuditEvent[] {
    const listed: ListedAuditEvent[] = []
    for (const event of (this.#byUser.get(userId) ?? []).toReversed()) {
      if (listed.length >= limit) break
      if (before === null || event.position < before) listed.push(event)
    }
    return listed
  }

  deleteByUser(userId: string, undo: Rollback): void {
    const listed = this.#byUser.get(userId)
    if (listed === undefined) return
    this.#byUser.delete(userId)
    undo.add(() => this.#byUser.set(userId, listed))
  }

  deleteOlderThan(before: number, limit: number): number {
    let left = limit
    for (const [userId, listed] of this.#byUser) {
      const kept: ListedAuditEvent[] = []
      for (const event of listed) {
        if (event.at < before && left > 0) left -= 1
        else kept.push(event)
      }
      if (kept.length === 0) this.#byUser.delete(userId)
      else if (kept.length < listed.length) this.#byUser.set(userId, kept)
      if (left === 0) break
    }
    return limit - left
  }
}
