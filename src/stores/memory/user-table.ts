// Users in memory, found by code and by username key.

import type { UserRecord } from '../../domain/user.ts'
import { frozenCopy } from './frozen-copy.ts'
import type { Undo } from './undo.ts'

export class UserTable {
  readonly #byCode = new Map<string, UserRecord>()
  readonly #codeByKey = new Map<string, string>()

  find(code: string): UserRecord | undefined {
    return this.#byCode.get(code)
  }

  findByUsernameKey(usernameKey: string): UserRecord | undefined {
    const code = this.#codeByKey.get(usernameKey)
    return code === undefined ? undefined : this.#byCode.get(code)
  }

  page(after: string | null, limit: number): readonly UserRecord[] {
    return [...this.#byCode.keys()]
      .filter((code) => after === null || code > after)
      .sort()
      .slice(0, limit)
      .flatMap((code) => this.#byCode.get(code) ?? [])
  }

  insert(user: UserRecord, undo: Undo): boolean {
    if (this.#byCode.has(user.code) || this.#codeByKey.has(user.usernameKey)) return false
    this.#put(user.code, frozenCopy(user), undo)
    return true
  }

  replace(next: UserRecord, ifVersion: number, undo: Undo): boolean {
    const owner = this.#codeByKey.get(next.usernameKey)
    if (this.#byCode.get(next.code)?.version !== ifVersion || (owner !== undefined && owner !== next.code)) return false
    this.#put(next.code, frozenCopy(next), undo)
    return true
  }

  delete(code: string, undo: Undo): boolean {
    if (!this.#byCode.has(code)) return false
    this.#put(code, undefined, undo)
    return true
  }

  #put(code: string, next: UserRecord | undefined, undo: Undo): void {
    const before = this.#byCode.get(code)
    this.#set(code, next)
    undo.add(() => this.#set(code, before))
  }

  #set(code: string, next: UserRecord | undefined): void {
    const before = this.#byCode.get(code)
    if (before !== undefined) this.#codeByKey.delete(before.usernameKey)
    if (next === undefined) {
      this.#byCode.delete(code)
    } else {
      this.#byCode.set(code, next)
      this.#codeByKey.set(next.usernameKey, code)
    }
  }
}
