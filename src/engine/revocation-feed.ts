// The endings log as this process has heard it: what ended, what changed, and whether the log still speaks.

import type { Acknowledgement, RevocationLogEntry, RevocationReason } from '../domain/revocation.ts'
import { SECOND } from '../domain/time.ts'
import { MAX_CLOCK_SKEW } from '../domain/token.ts'
import type { Clock, Timers } from '../ports/clock.ts'
import type { LogBatch, RevocationLog, RevokedCredential } from '../ports/store.ts'

/** After this long without a word from the log, nothing is accepted from memory. */
export const MAX_FEED_LAG = SECOND
const RETRY_DELAY = 100

export interface RevocationFeedListener {
  /** The session ended or changed: forget what is remembered of it. */
  sessionChanged(sid: string): void
  keysChanged(): void
  /** The roll is called, and everything before it was taken in. Calls from before the start are not told: they are long over. */
  acknowledgementRequested(call: string): void
  acknowledged(answer: Acknowledgement): void
}

interface FeedEntry {
  readonly at: number
  readonly reason: RevocationReason | undefined
  /** Counts entries in the order in which this process learnt of them. */
  readonly order: number
}

export interface RevocationFeedOptions {
  readonly log: RevocationLog
  readonly clock: Clock
  readonly timers: Timers
  readonly tokenLifetime: number
  readonly listener: RevocationFeedListener
}

export class RevocationFeed {
  readonly #options: RevocationFeedOptions
  /** By session, the latest entry, in the order of hearing: the oldest come first. */
  readonly #entries = new Map<string, FeedEntry>()
  #order = 0
  #position = 0
  #currentAt = Number.NEGATIVE_INFINITY
  #subscription: AsyncIterableIterator<LogBatch> | undefined
  #hasStarted = false
  #stopped = false
  #done: Promise<void> = Promise.resolve()

  constructor(options: RevocationFeedOptions) {
    this.#options = options
  }

  /** Reads the log back, then goes on following it. Resolves when everything retained has been heard. */
  async start(): Promise<void> {
    this.#subscription = this.#options.log.subscribe(this.#position)
    await this.#receiveNext(this.#subscription)
    this.#hasStarted = true
    this.#done = this.#receiveLoop()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#subscription?.return?.()
    await this.#done
  }

  /** True while the log was heard from within the last second; also when the clock has stepped, it is false until it is. */
  isCurrent(now: number): boolean {
    const lag = now - this.#currentAt
    return lag <= MAX_FEED_LAG && lag >= -MAX_FEED_LAG
  }

  /** Milliseconds since the log was last heard from. */
  lagMs(now: number): number {
    return now - this.#currentAt
  }

  /** Why the session ended, if it did within one token life. */
  revocationReason(sid: string): RevocationReason | undefined {
    return this.#entries.get(sid)?.reason
  }

  /** When what the session may do last changed: a token issued before says something that is no longer true. */
  changedAt(sid: string): number | undefined {
    return this.#entries.get(sid)?.at
  }

  /** A mark to take before a read of the store; see `notedSince`. */
  checkpoint(): number {
    return this.#order
  }

  /** True when an entry on this session was heard after the mark: what was read since may be older than the entry. */
  changedSince(sid: string, mark: number): boolean {
    return (this.#entries.get(sid)?.order ?? 0) > mark
  }

  /** Takes in at once what this process itself has ended, before the log tells of it. */
  recordRevoked(ended: readonly RevokedCredential[], at: number): void {
    for (const { id, kind, reason } of ended) {
      if (kind === 'session') this.#record(id, at, reason)
    }
  }

  /** Takes in at once that this process itself has changed what the session may do, before the log tells of it. */
  recordChanged(sid: string, at: number): void {
    this.#record(sid, at, undefined)
  }

  async #receiveLoop(): Promise<void> {
    while (!this.#stopped) {
      try {
        this.#subscription ??= this.#options.log.subscribe(this.#position)
        if (!(await this.#receiveNext(this.#subscription))) this.#subscription = undefined
      } catch {
        // The log cannot be read: silence is the alarm, and from then on every check goes to the store.
        this.#subscription = undefined
      }
      if (this.#subscription === undefined && !this.#stopped) await this.#options.timers.pause(RETRY_DELAY)
    }
  }

  async #receiveNext(following: AsyncIterableIterator<LogBatch>): Promise<boolean> {
    const heard = await following.next()
    if (heard.done) return false
    for (const entry of heard.value.entries) this.#apply(entry)
    this.#position = heard.value.position
    this.#currentAt = this.#options.clock.now() - heard.value.readAgeMs
    this.#trim(this.#currentAt - this.#options.tokenLifetime - MAX_CLOCK_SKEW)
    return true
  }

  #apply(entry: RevocationLogEntry): void {
    const { listener } = this.#options
    switch (entry.kind) {
      case 'revoked':
        this.#record(entry.sid, entry.at, entry.reason)
        break
      case 'changed':
        this.#record(entry.sid, entry.at, undefined)
        break
      case 'keys':
        listener.keysChanged()
        break
      case 'ack_requested':
        if (this.#hasStarted) listener.acknowledgementRequested(entry.requestId)
        break
      case 'ack':
        listener.acknowledged(entry)
        break
    }
  }

  #record(sid: string, at: number, endedFor: RevocationReason | undefined): void {
    const before = this.#entries.get(sid)
    this.#entries.delete(sid)
    this.#order += 1
    this.#entries.set(sid, { at, reason: endedFor ?? before?.reason, order: this.#order })
    this.#options.listener.sessionChanged(sid)
  }

  #trim(before: number): void {
    for (const [sid, noted] of this.#entries) {
      if (noted.at >= before) return
      this.#entries.delete(sid)
    }
  }
}
