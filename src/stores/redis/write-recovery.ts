// What a fault has left undone in Redis is done as soon as Redis answers again: endings that the database has already, and
// words that everybody else still has to hear. Whoever asked was told of the fault, and never that it was done.

import { setTimeout as pause } from 'node:timers/promises'
import type { RevocationLogEntry } from '../../domain/revocation.ts'
import type { IndexedCredentialStore, Revocation } from './credential-store.ts'
import type { RevocationLogStream } from './revocation-log-stream.ts'

export interface PendingWrite {
  /** Endings that have been decided: they are carried out, and told. */
  readonly confirmed: readonly Revocation[]
  /** Endings of which nobody knows whether they came about: those that did are told. */
  readonly uncertain: readonly Revocation[]
  readonly entries: readonly RevocationLogEntry[]
}

const RETRY_DELAY_MS = 200

export class WriteRecovery {
  readonly #credentials: IndexedCredentialStore
  readonly #stream: RevocationLogStream
  #closed = false

  constructor(shelf: IndexedCredentialStore, stream: RevocationLogStream) {
    this.#credentials = shelf
    this.#stream = stream
  }

  close(): void {
    this.#closed = true
  }

  /** Goes on trying until it is done, or the store is closed. Never rejects. */
  async retry(pending: PendingWrite): Promise<void> {
    while (!this.#closed) {
      try {
        const done = await Promise.all(pending.confirmed.map((ending) => this.#credentials.revoke(ending, new Set())))
        const ended = await Promise.all([...pending.confirmed, ...pending.uncertain].map((ending) => this.#loggableEntries(ending)))
        await this.#stream.append([...ended.flat(), ...pending.entries])
        for (const each of done) await this.#credentials.removeFromIndex(each)
        return
      } catch {
        await pause(RETRY_DELAY_MS, undefined, { ref: false })
      }
    }
  }

  async #loggableEntries({ where, reason, at }: Revocation): Promise<readonly RevocationLogEntry[]> {
    const found = await this.#credentials.find(where)
    return found.flatMap((one): RevocationLogEntry[] =>
      one.kind === 'tombstone' && one.was === 'session' && one.endedAt === at && one.reason === reason
        ? [{ kind: 'revoked', sid: one.id, at, reason }]
        : [],
    )
  }
}
