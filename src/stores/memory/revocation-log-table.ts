// The endings log in memory: entries in the order of their positions.

import type { RevocationLogEntry } from '../../domain/revocation.ts'
import type { LogReadResult } from '../log/subscription.ts'
import { deepFreezeCopy } from './deep-freeze.ts'
import type { Rollback } from './rollback.ts'

interface Positioned {
  readonly position: number
  readonly entry: RevocationLogEntry
}

export class RevocationLogTable {
  #entries: Positioned[] = []
  #position = 0

  /** Of the last entry there ever was. */
  get position(): number {
    return this.#position
  }

  append(entry: RevocationLogEntry, undo: Rollback): void {
    this.#position += 1
    this.#entries.push({ position: this.#position, entry: deepFreezeCopy(entry) })
    // Nobody can have seen this position yet: a write is one step to everyone else.
    undo.add(() => {
      this.#entries.pop()
      this.#position -= 1
    })
  }

  readAfter(from: number): LogReadResult {
    const start = from > this.#position ? 0 : from
    // Followers are most often at the end: look from there.
    const last = this.#entries.findLastIndex(({ position }) => position <= start)
    return { entries: this.#entries.slice(last + 1).map(({ entry }) => entry), position: this.#position }
  }

  trim(before: number): number {
    const kept = this.#entries.filter(({ entry }) => entry.at >= before)
    const trimmed = this.#entries.length - kept.length
    this.#entries = kept
    return trimmed
  }
}
