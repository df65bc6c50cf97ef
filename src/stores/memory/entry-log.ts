// The endings log in memory: entries in the order of their positions.

import type { LogEntry } from '../../domain/ending.ts'
import type { Reading } from '../log/follower.ts'
import { frozenCopy } from './frozen-copy.ts'
import type { Undo } from './undo.ts'

interface Positioned {
  readonly position: number
  readonly entry: LogEntry
}

export class EntryLog {
  #retained: Positioned[] = []
  #position = 0

  /** Of the last entry there ever was. */
  get position(): number {
    return this.#position
  }

  append(entry: LogEntry, undo: Undo): void {
    this.#position += 1
    this.#retained.push({ position: this.#position, entry: frozenCopy(entry) })
    // Nobody can have seen this position yet: a write is one step to everyone else.
    undo.add(() => {
      this.#retained.pop()
      this.#position -= 1
    })
  }

  readAfter(from: number): Reading {
    const start = from > this.#position ? 0 : from
    // Followers are most often at the end: look from there.
    const last = this.#retained.findLastIndex(({ position }) => position <= start)
    return { entries: this.#retained.slice(last + 1).map(({ entry }) => entry), position: this.#position }
  }

  trim(before: number): number {
    const kept = this.#retained.filter(({ entry }) => entry.at >= before)
    const trimmed = this.#retained.length - kept.length
    this.#retained = kept
    return trimmed
  }
}
