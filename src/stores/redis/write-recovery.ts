// Completes in the background what an error left undone in Redis: revocations that the database already has, and log entries that
// other processes still need. The caller of the write has already got the error.

import { setTimeout as pause } from 'node:timers/promises'
import type { RevocationLogEntry } from '../../domain/revocation.ts'
import type { IndexedCredentialStore, Revocation } from './credential-store.ts'
import type { RevocationLogStream } from './revocation-log-stream.ts'

export interface PendingWrite {
  /** Revocations that must take effect: they are applied and logged. */
  readonly confirmed: readonly Revocation[]
  /** Revocations whose outcome is unknown: those that took effect are logged. */
  readonly uncertain: readonly Revocation[]
  readonly entries: readonly RevocationLogEntry[]
}

const RETRY_DELAY_MS = 200

export class WriteRecovery {
  readonly #credentials: IndexedCredentialStore
  readonly #stream: RevocationLogStream
  #closed = false

  constructor(credentials: IndexedCredentialStore, stream: RevocationLogStream) {
    this.#credentials = credentials
    this.#stream = stream
  }

  close(): void {
    this.#closed = true
  }

  /** Retries until it succeeds or the store is closed. Never rejects. */
  async retry(pending: PendingWrite): Promise<void> {
    while (!this.#closed) {
      try {
        const results = await Promise.all(pending.confirmed.map((revocation) => this.#credentials.revoke(revocation, new Set())))
        const all = [...pending.confirmed, ...pending.uncertain]
        const entries = await Promise.all(all.map((revocation) => this.#loggableEntries(revocation)))
        await this.#stream.append([...entries.flat(), ...pending.entries])
        for (const result of results) await this.#credentials.removeFromIndex(result)
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
