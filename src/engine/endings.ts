// The endings log as this process has heard it: what ended, what changed, and whether the log still speaks.

import type { EndReason, HeardCall, LogEntry } from '../domain/ending.ts'
import { SECOND } from '../domain/time.ts'
import { MAX_CLOCK_SKEW } from '../domain/token.ts'
import type { Clock, Timers } from '../ports/clock.ts'
import type { Ended, EndingLog, Heard } from '../ports/store.ts'

/** After this long without a word from the log, nothing is accepted from memory. */
export const MAX_SILENCE = SECOND
const RETRY_AFTER = 100

export interface EndingsListener {
  /** The session ended or changed: forget what is remembered of it. */
  forget(sid: string): void
  keysChanged(): void
  /** The roll is called, and everything before it was taken in. Calls from before the start are not told: they are long over. */
  called(call: string): void
  answered(answer: HeardCall): void
}

interface Noted {
  readonly at: number
  readonly endedFor: EndReason | undefined
  /** Counts entries in the order in which this process learnt of them. */
  readonly order: number
}

export interface EndingsOptions {
  readonly log: EndingLog
  readonly clock: Clock
  readonly timers: Timers
  readonly tokenLifetime: number
  readonly listener: EndingsListener
}

export class Endings {
  readonly #options: EndingsOptions
  /** By session, the latest entry, in the order of hearing: the oldest come first. */
  readonly #noted = new Map<string, Noted>()
  #order = 0
  #position = 0
  #heardAt = Number.NEGATIVE_INFINITY
  #following: AsyncIterableIterator<Heard> | undefined
  #hasStarted = false
  #stopped = false
  #done: Promise<void> = Promise.resolve()

  constructor(options: EndingsOptions) {
    this.#options = options
  }

  /** Reads the log back, then goes on following it. Resolves when everything retained has been heard. */
  async start(): Promise<void> {
    this.#following = this.#options.log.follow(this.#position)
    await this.#hearNext(this.#following)
    this.#hasStarted = true
    this.#done = this.#keepFollowing()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#following?.return?.()
    await this.#done
  }

  /** True while the log was heard from within the last second; also when the clock has stepped, it is false until it is. */
  isHeard(now: number): boolean {
    const silence = now - this.#heardAt
    return silence <= MAX_SILENCE && silence >= -MAX_SILENCE
  }

  /** Milliseconds since the log was last heard from. */
  silence(now: number): number {
    return now - this.#heardAt
  }

  /** Why the session ended, if it did within one token life. */
  reasonOf(sid: string): EndReason | undefined {
    return this.#noted.get(sid)?.endedFor
  }

  /** When what the session may do last changed: a token issued before says something that is no longer true. */
  changedAt(sid: string): number | undefined {
    return this.#noted.get(sid)?.at
  }

  /** A mark to take before a read of the store; see `notedSince`. */
  mark(): number {
    return this.#order
  }

  /** True when an entry on this session was heard after the mark: what was read since may be older than the entry. */
  notedSince(sid: string, mark: number): boolean {
    return (this.#noted.get(sid)?.order ?? 0) > mark
  }

  /** Takes in at once what this process itself has ended, before the log tells of it. */
  noteEnded(ended: readonly Ended[], at: number): void {
    for (const { id, kind, reason } of ended) {
      if (kind === 'session') this.#note(id, at, reason)
    }
  }

  /** Takes in at once that this process itself has changed what the session may do, before the log tells of it. */
  noteChanged(sid: string, at: number): void {
    this.#note(sid, at, undefined)
  }

  async #keepFollowing(): Promise<void> {
    while (!this.#stopped) {
      try {
        this.#following ??= this.#options.log.follow(this.#position)
        if (!(await this.#hearNext(this.#following))) this.#following = undefined
      } catch {
        // The log cannot be read: silence is the alarm, and from then on every check goes to the store.
        this.#following = undefined
      }
      if (this.#following === undefined && !this.#stopped) await this.#options.timers.pause(RETRY_AFTER)
    }
  }

  async #hearNext(following: AsyncIterableIterator<Heard>): Promise<boolean> {
    const heard = await following.next()
    if (heard.done) return false
    for (const entry of heard.value.entries) this.#take(entry)
    this.#position = heard.value.position
    this.#heardAt = this.#options.clock.now() - heard.value.age
    this.#drop(this.#heardAt - this.#options.tokenLifetime - MAX_CLOCK_SKEW)
    return true
  }

  #take(entry: LogEntry): void {
    const { listener } = this.#options
    switch (entry.kind) {
      case 'revoked':
        this.#note(entry.sid, entry.at, entry.reason)
        break
      case 'changed':
        this.#note(entry.sid, entry.at, undefined)
        break
      case 'keys':
        listener.keysChanged()
        break
      case 'ack_requested':
        if (this.#hasStarted) listener.called(entry.requestId)
        break
      case 'ack':
        listener.answered(entry)
        break
    }
  }

  #note(sid: string, at: number, endedFor: EndReason | undefined): void {
    const before = this.#noted.get(sid)
    this.#noted.delete(sid)
    this.#order += 1
    this.#noted.set(sid, { at, endedFor: endedFor ?? before?.endedFor, order: this.#order })
    this.#options.listener.forget(sid)
  }

  #drop(before: number): void {
    for (const [sid, noted] of this.#noted) {
      if (noted.at >= before) return
      this.#noted.delete(sid)
    }
  }
}
