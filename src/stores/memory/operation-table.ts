// Operations in memory, by user.

import type { Operation } from '../../domain/operation.ts'
import type { ListedOperation } from '../../ports/store.ts'
import { frozenCopy } from './frozen-copy.ts'
import type { Undo } from './undo.ts'

export class OperationTable {
  /** By user, oldest first. */
  readonly #byUser = new Map<string, ListedOperation[]>()
  #position = 0

  append(operation: Operation, undo: Undo): void {
    this.#position += 1
    const listed = this.#byUser.get(operation.userCode) ?? []
    listed.push(frozenCopy({ ...operation, position: this.#position }))
    this.#byUser.set(operation.userCode, listed)
    undo.add(() => listed.pop())
  }

  list(userCode: string, before: number | null, limit: number): readonly ListedOperation[] {
    const listed: ListedOperation[] = []
    for (const operation of (this.#byUser.get(userCode) ?? []).toReversed()) {
      if (listed.length >= limit) break
      if (before === null || operation.position < before) listed.push(operation)
    }
    return listed
  }

  deleteByUser(userCode: string, undo: Undo): void {
    const listed = this.#byUser.get(userCode)
    if (listed === undefined) return
    this.#byUser.delete(userCode)
    undo.add(() => this.#byUser.set(userCode, listed))
  }

  deleteOlder(before: number, limit: number): number {
    let left = limit
    for (const [userCode, listed] of this.#byUser) {
      const kept: ListedOperation[] = []
      for (const operation of listed) {
        if (operation.at < before && left > 0) left -= 1
        else kept.push(operation)
      }
      if (kept.length === 0) this.#byUser.delete(userCode)
      else if (kept.length < listed.length) this.#byUser.set(userCode, kept)
      if (left === 0) break
    }
    return limit - left
  }
}
