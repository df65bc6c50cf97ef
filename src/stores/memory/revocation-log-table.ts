// The revocation log of the memory store: entries in the order of their positions.

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

  /** The position of the last entry ever appended. */
  get position(): number {
    return this.#position
  }

  append(entry: RevocationLogEntry, undo: Rollback): void {
    this.#position += 1
    this.#entries.push({ position: this.#position, entry: deepFreezeCopy(entry) })
    // No subscription has read this position yet: a write runs synchronously.
    undo.add(() => {
      this.#entries.pop()
      this.#position -= 1
    })
  }

  readAfter(from: number): LogReadResult {
    const start = from > this.#position ? 0 : from
    // Most subscriptions are near the end, so search from there.
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
