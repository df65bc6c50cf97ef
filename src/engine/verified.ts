// Credentials verified once and remembered: a bounded memory from the raw credential, token or session alike, to its
// principal. It may accept, and only while the endings log is heard; it never refuses: a refusal always reads the store.

import { TwoGenerations } from '../domain/two-generations.ts'
import type { Seen } from '../ports/store.ts'
import type { Principal, SessionView } from './principal.ts'

/** What this process knows of a session, shared by every credential that names it. */
export interface KnownSession {
  readonly sid: string
  lastSeenAt: number
  /** The latest use that the store knows of too. */
  storedSeenAt: number
  /** Set when the session ended or changed: whatever still points here is worth nothing. */
  forgotten: boolean
  unflushed: boolean
  view: SessionView | undefined
}

interface Entry {
  /** The whole credential: its key is only the end of it. */
  readonly raw: string
  /** A token presented as a session would mint itself new ones: what was verified as one thing is good for that alone. */
  readonly kind: CredentialForm
  readonly principal: Principal
  readonly session: KnownSession
  /** The token's expiry or the session's absolute limit, in milliseconds since 1970. */
  readonly until: number
}

/** The two credentials that are verified once and remembered. */
export type CredentialForm = 'session' | 'token'

/** Characters of base64url: 192 bits. */
const KEY_LENGTH = 32

export interface VerifiedOptions {
  /** Credentials remembered at most; also sessions known at most. */
  readonly capacity: number
  readonly idleTimeout: number
  /** Milliseconds between flushes of seen times. */
  readonly flushInterval: number
  readonly isHeard: (now: number) => boolean
  /** Asks for a flush at once: other processes would soon take this session for idle. */
  readonly flushSoon: () => void
}

export class Verified {
  readonly #options: VerifiedOptions
  readonly #entries: TwoGenerations<Entry>
  readonly #sessions: TwoGenerations<KnownSession>
  #unflushed: KnownSession[] = []
  hits = 0
  misses = 0

  constructor(options: VerifiedOptions) {
    this.#options = options
    // A session that is dropped can no longer be told that it ended: what points at it must not be accepted any more.
    this.#sessions = new TwoGenerations(options.capacity, forgetDropped)
    this.#entries = new TwoGenerations(options.capacity, undefined, ({ session }) => this.#sessions.get(session.sid))
  }

  /** The principal of a credential that was verified before and is still good; undefined means only "ask the store". */
  recall(kind: CredentialForm, raw: string, now: number, passive: boolean): Principal | undefined {
    const entry = this.#entries.get(keyOf(raw))
    if (
      entry === undefined ||
      entry.raw !== raw ||
      entry.kind !== kind ||
      entry.session.forgotten ||
      now >= entry.until ||
      now >= entry.session.lastSeenAt + this.#options.idleTimeout ||
      !this.#options.isHeard(now)
    ) {
      this.misses += 1
      return undefined
    }
    this.hits += 1
    if (!passive) this.seen(entry.session, now)
    return entry.principal
  }

  remember(kind: CredentialForm, raw: string, principal: Principal, session: KnownSession, until: number): void {
    // A credential cut out of a header can keep the whole header in memory: this makes a string of its own.
    const own = JSON.parse(JSON.stringify(raw)) as string
    this.#entries.set(keyOf(own), { raw: own, kind, principal, session, until })
  }

  /** What is known of the session, if anything is. */
  known(sid: string): KnownSession | undefined {
    return this.#sessions.get(sid)
  }

  /** Notes a session as known from now on; an existing note only learns. */
  learn(sid: string, lastSeenAt: number, view: SessionView | undefined): KnownSession {
    const known = this.#sessions.get(sid)
    if (known) {
      known.view ??= view
      known.lastSeenAt = Math.max(known.lastSeenAt, lastSeenAt)
      return known
    }
    const session: KnownSession = { sid, lastSeenAt, storedSeenAt: lastSeenAt, forgotten: false, unflushed: false, view }
    this.#sessions.set(sid, session)
    return session
  }

  /** Notes a use. It is written with the next flush, or at once where the stored time is getting old. */
  seen(session: KnownSession, now: number): void {
    if (now <= session.lastSeenAt && session.unflushed) return
    session.lastSeenAt = Math.max(session.lastSeenAt, now)
    if (!session.unflushed) {
      session.unflushed = true
      this.#unflushed.push(session)
    }
    // Other processes judge by the stored time alone. As long as it never gets older than the idle timeout less what a flush
    // takes, none of them can take a session for idle that is in use here.
    if (now - session.storedSeenAt > this.#options.idleTimeout - 2 * this.#options.flushInterval) {
      session.storedSeenAt = now
      this.#options.flushSoon()
    }
  }

  forget(sid: string): void {
    const session = this.#sessions.get(sid)
    if (session === undefined) return
    session.forgotten = true
    this.#sessions.delete(sid)
  }

  /** Seen times not yet written; whoever takes them writes them, or gives them back with `restoreUnflushed`. */
  takeUnflushed(): readonly Seen[] {
    const taken = this.#unflushed
    this.#unflushed = []
    return taken.map((session) => {
      session.unflushed = false
      session.storedSeenAt = session.lastSeenAt
      return { id: session.sid, at: session.lastSeenAt }
    })
  }

  restoreUnflushed(seen: readonly Seen[]): void {
    for (const { id, at } of seen) {
      const session = this.learn(id, at, undefined)
      if (session.unflushed) continue
      session.unflushed = true
      this.#unflushed.push(session)
    }
  }
}

/**
 * The end of a credential is random, of a session's secret or of a signature: no two share it. To hash a whole token would take
 * longer than everything else.
 */
function keyOf(raw: string): string {
  return raw.length > KEY_LENGTH ? raw.slice(-KEY_LENGTH) : raw
}

function forgetDropped(session: KnownSession): void {
  session.forgotten = true
}
