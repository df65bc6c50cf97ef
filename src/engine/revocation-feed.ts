// The revocation feed: the revocation log as this process has received it, and whether it is current.

import type { Acknowledgement, RevocationLogEntry, RevocationReason } from '../domain/revocation.ts'
import { SECOND } from '../domain/time.ts'
import { MAX_CLOCK_SKEW } from '../domain/token.ts'
import type { Clock, Timers } from '../ports/clock.ts'
import type { LogBatch, RevocationLog, RevokedCredential } from '../ports/store.ts'

/** Without a batch from the log for this long, the caches are not used. */
export const MAX_FEED_LAG = SECOND
const RETRY_DELAY = 100

export interface RevocationFeedListener {
  /** The session was revoked or changed: drop it from the cache. */
  sessionChanged(sid: string): void
  keysChanged(): void
  /**
   * An acknowledgement is requested, and all earlier entries are applied. Requests from before the start are ignored: they are long over.
   */
  acknowledgementRequested(requestId: string): void
  acknowledged(acknowledgement: Acknowledgement): void
}

interface FeedEntry {
  readonly at: number
  readonly reason: RevocationReason | undefined
  /** Counts entries in the order in which this process received them. */
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
  /** The latest entry by session, in the order received: the oldest come first. */
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

  /** Reads the retained log, then stays subscribed. Resolves when everything retained is applied. */
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

  /** True while the log was read within the last second; false after a clock step until the next batch. */
  isCurrent(now: number): boolean {
    const lag = now - this.#currentAt
    return lag <= MAX_FEED_LAG && lag >= -MAX_FEED_LAG
  }

  /** Milliseconds since the log was last read. */
  lagMs(now: number): number {
    return now - this.#currentAt
  }

  /** Why the session was revoked, if it was within one token lifetime. */
  revocationReason(sid: string): RevocationReason | undefined {
    return this.#entries.get(sid)?.reason
  }

  /** When the session's roles last changed: older tokens may contain outdated roles. */
  changedAt(sid: string): number | undefined {
    return this.#entries.get(sid)?.at
  }

  /** A checkpoint to take before a read of the store; see `changedSince`. */
  checkpoint(): number {
    return this.#order
  }

  /** True when an entry for this session arrived after the checkpoint: data read since may be older than the entry. */
  changedSince(sid: string, checkpoint: number): boolean {
    return (this.#entries.get(sid)?.order ?? 0) > checkpoint
  }

  /** Applies this process's own revocations at once, before the log delivers them. */
  recordRevoked(ended: readonly RevokedCredential[], at: number): void {
    for (const { id, kind, reason } of ended) {
      if (kind === 'session') this.#record(id, at, reason)
    }
  }

  /** Applies this process's own role changes at once, before the log delivers them. */
  recordChanged(sid: string, at: number): void {
    this.#record(sid, at, undefined)
  }

  async #receiveLoop(): Promise<void> {
    while (!this.#stopped) {
      try {
        this.#subscription ??= this.#options.log.subscribe(this.#position)
        if (!(await this.#receiveNext(this.#subscription))) this.#subscription = undefined
      } catch {
        // The log cannot be read: the feed is no longer current, and every check reads the store.
        this.#subscription = undefined
      }
      if (this.#subscription === undefined && !this.#stopped) await this.#options.timers.pause(RETRY_DELAY)
    }
  }

  async #receiveNext(subscription: AsyncIterableIterator<LogBatch>): Promise<boolean> {
    const next = await subscription.next()
    if (next.done) return false
    for (const entry of next.value.entries) this.#apply(entry)
    this.#position = next.value.position
    this.#currentAt = this.#options.clock.now() - next.value.readAgeMs
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

  #record(sid: string, at: number, reason: RevocationReason | undefined): void {
    const before = this.#entries.get(sid)
    this.#entries.delete(sid)
    this.#order += 1
    this.#entries.set(sid, { at, reason: reason ?? before?.reason, order: this.#order })
    this.#options.listener.sessionChanged(sid)
  }

  #trim(before: number): void {
    for (const [sid, entry] of this.#entries) {
      if (entry.at >= before) return
      this.#entries.delete(sid)
    }
  }
}
