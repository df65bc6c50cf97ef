// Users of the memory store, indexed by id and by username key.

import type { UserRecord } from '../../domain/user.ts'
import { deepFreezeCopy } from './deep-freeze.ts'
import type { Rollback } from './rollback.ts'

export class UserTable {
  readonly #byId = new Map<string, UserRecord>()
  readonly #idByKey = new Map<string, string>()

  find(id: string): UserRecord | undefined {
    return this.#byId.get(id)
  }

  findByUsernameKey(usernameKey: string): UserRecord | undefined {
    const id = this.#idByKey.get(usernameKey)
    return id === undefined ? undefined : this.#byId.get(id)
  }

  page(after: string | null, limit: number): readonly UserRecord[] {
    return [...this.#byId.keys()]
      .filter((id) => after === null || id > after)
      .sort()
      .slice(0, limit)
      .flatMap((id) => this.#byId.get(id) ?? [])
  }

  insert(user: UserRecord, undo: Rollback): boolean {
    if (this.#byId.has(user.id) || this.#idByKey.has(user.usernameKey)) return false
    this.#put(user.id, deepFreezeCopy(user), undo)
    return true
  }

  replace(next: UserRecord, ifVersion: number, undo: Rollback): boolean {
    const owner = this.#idByKey.get(next.usernameKey)
    if (this.#byId.get(next.id)?.version !== ifVersion || (owner !== undefined && owner !== next.id)) return false
    this.#put(next.id, deepFreezeCopy(next), undo)
    return true
  }

  delete(id: string, undo: Rollback): boolean {
    if (!this.#byId.has(id)) return false
    this.#put(id, undefined, undo)
    return true
  }

  #put(id: string, next: UserRecord | undefined, undo: Rollback): void {
    const before = this.#byId.get(id)
    this.#set(id, next)
    undo.add(() => this.#set(id, before))
  }

  #set(id: string, next: UserRecord | undefined): void {
    const before = this.#byId.get(id)
    if (before !== undefined) this.#idByKey.delete(before.usernameKey)
    if (next === undefined) {
      this.#byId.delete(id)
    } else {
      this.#byId.set(id, next)
      this.#idByKey.set(next.usernameKey, id)
    }
  }
}
