// What a fault has left undone in Redis is done as soon as Redis answers again: endings that the database has already, and
// words that everybody else still has to hear. Whoever asked was told of the fault, and never that it was done.

import { setTimeout as pause } from 'node:timers/promises'
import type { LogEntry } from '../../domain/ending.ts'
import type { CredentialShelf, Ending } from './credential-shelf.ts'
import type { EndingStream } from './ending-stream.ts'

export interface Undone {
  /** Endings that have been decided: they are carried out, and told. */
  readonly decided: readonly Ending[]
  /** Endings of which nobody knows whether they came about: those that did are told. */
  readonly unsure: readonly Ending[]
  readonly entries: readonly LogEntry[]
}

const RETRY_AFTER = 200

export class Aftermath {
  readonly #shelf: CredentialShelf
  readonly #stream: EndingStream
  #closed = false

  constructor(shelf: CredentialShelf, stream: EndingStream) {
    this.#shelf = shelf
    this.#stream = stream
  }

  close(): void {
    this.#closed = true
  }

  /** Goes on trying until it is done, or the store is closed. Never rejects. */
  async settle(undone: Undone): Promise<void> {
    while (!this.#closed) {
      try {
        const done = await Promise.all(undone.decided.map((ending) => this.#shelf.end(ending, new Set())))
        const ended = await Promise.all([...undone.decided, ...undone.unsure].map((ending) => this.#cameAbout(ending)))
        await this.#stream.append([...ended.flat(), ...undone.entries])
        for (const each of done) await this.#shelf.forget(each)
        return
      } catch {
        await pause(RETRY_AFTER, undefined, { ref: false })
      }
    }
  }

  async #cameAbout({ where, reason, at }: Ending): Promise<readonly LogEntry[]> {
    const found = await this.#shelf.find(where)
    return found.flatMap((one): LogEntry[] =>
      one.kind === 'tombstone' && one.was === 'session' && one.endedAt === at && one.reason === reason
        ? [{ kind: 'revoked', sid: one.id, at, reason }]
        : [],
    )
  }
}
