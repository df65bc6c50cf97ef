// Credentials verified once and remembered: a bounded memory from the raw credential, token or session alike, to its
// principal. It may accept, and only while the endings log is heard; it never refuses: a refusal always reads the store.

import type { SessionRecord } from '../domain/credential.ts'
import type { DevicePolicy } from '../domain/device-binding.ts'
import { TwoGenerations } from '../domain/two-generations.ts'
import type { Seen } from '../ports/store.ts'
import { type Bond, currentEpoch, type Epoch, KnownSession } from './known-session.ts'
import { type Caller, isFirstLook, type LastNetwork } from './lookout.ts'
import type { Principal } from './principal.ts'

interface VerifiedToken extends LastNetwork {
  readonly raw: string
  readonly principal: Principal
  readonly session: KnownSession
  /** In milliseconds since 1970. */
  readonly expiresAt: number
}

/** The two credentials that are verified once and remembered. */
export type CredentialForm = 'session' | 'token'

/** Characters of base64url: as many as make a small integer. */
const KEY_LENGTH = 5

export interface VerifiedOptions {
  /** Credentials remembered at most; also sessions known at most. */
  readonly capacity: number
  readonly idleTimeout: number
  readonly deviceBinding: DevicePolicy
  /** Milliseconds between flushes of seen times. */
  readonly flushInterval: number
  readonly isHeard: (now: number) => boolean
  /** Told who uses a session, now and then. */
  readonly look: (session: KnownSession, token: LastNetwork | undefined, by: Caller, now: number) => void
  /** Asks for a flush at once: other processes would soon take this session for idle. */
  readonly flushSoon: () => void
}

export class Verified {
  readonly #options: VerifiedOptions
  // Two maps, since a token presented as a session would mint itself new ones: what was verified as one thing is good for that
  // alone. Where two credentials have the same key, the store is asked about one of them.
  readonly #bySecret: TwoGenerations<number, KnownSession>
  readonly #tokens: TwoGenerations<number, VerifiedToken>
  readonly #sessions: TwoGenerations<string, KnownSession>
  #unflushed: KnownSession[] = []
  #epoch: Epoch | undefined
  hits = 0
  misses = 0

  constructor(options: VerifiedOptions) {
    this.#options = options
    // A session that is dropped can no longer be told that it ended: what points at it must not be accepted any more.
    this.#sessions = new TwoGenerations(options.capacity, forgetDropped)
    const keepWarm = (session: KnownSession) => this.#sessions.get(session.sid)
    this.#bySecret = new TwoGenerations(options.capacity, undefined, keepWarm)
    this.#tokens = new TwoGenerations(options.capacity, undefined, ({ session }) => keepWarm(session))
  }

  /**
   * The principal of a credential that was verified before and is still good; undefined means only "ask the store".
   *
   * @param proof the device proof that came along
   * @param by who sends it, where that is known
   */
  recall(kind: CredentialForm, raw: string, now: number, passive: boolean, proof?: string, by?: Caller): Principal | undefined {
    return kind === 'session' ? this.#recallSession(raw, now, passive, proof, by) : this.#recallToken(raw, now, passive, by)
  }

  #recallSession(raw: string, now: number, passive: boolean, proof: string | undefined, by: Caller | undefined): Principal | undefined {
    const dot = raw.indexOf('.')
    const session = this.#bySecret.get(keyOf(raw))
    if (session === undefined || raw.slice(dot + 1) !== session.secret || raw.slice(0, dot) !== session.sid) return this.#miss()
    const { bond } = session
    if (bond !== undefined && (proof !== bond.proof || now >= bond.until)) return this.#miss()
    return this.#isGood(session, undefined, session.expiresAt, now, passive, by) ? session.principal : this.#miss()
  }

  #recallToken(raw: string, now: number, passive: boolean, by: Caller | undefined): Principal | undefined {
    const token = this.#tokens.get(keyOf(raw))
    if (token === undefined || token.raw !== raw) return this.#miss()
    return this.#isGood(token.session, token, token.expiresAt, now, passive, by) ? token.principal : this.#miss()
  }

  /** Whether its session lives, by all that is known here; if so, this was a use of it. */
  #isGood(
    session: KnownSession,
    token: VerifiedToken | undefined,
    until: number,
    now: number,
    passive: boolean,
    by: Caller | undefined,
  ): boolean {
    if (session.forgotten || now >= until || now >= session.lastSeenAt + this.#options.idleTimeout || !this.#options.isHeard(now))
      return false
    this.hits += 1
    if (by !== undefined && isFirstLook(session.lastSeenAt, now)) this.#options.look(session, token, by, now)
    if (!passive) this.seen(session, now)
    return true
  }

  #miss(): undefined {
    this.misses += 1
  }

  /**
   * @param raw the session's own credential; what its record says must be known
   * @param bond what it was accepted with, where that was asked for
   */
  rememberSession(raw: string, session: KnownSession, bond?: Bond): void {
    if (bond !== undefined) session.bond = bond.proof === undefined ? bond : { ...bond, proof: ownCopy(bond.proof) }
    session.secret = ownCopy(raw.slice(raw.indexOf('.') + 1))
    this.#bySecret.set(keyOf(raw), session)
  }

  rememberToken(raw: string, principal: Principal, session: KnownSession, expiresAt: number): void {
    this.#tokens.set(keyOf(raw), { raw: ownCopy(raw), principal, session, expiresAt, network: undefined, networkAt: 0 })
  }

  /** Looks at whoever has just been verified anew. */
  look(session: KnownSession, by: Caller | undefined, now: number): void {
    if (by !== undefined) this.#options.look(session, undefined, by, now)
  }

  /** What is known of the session, if anything is. */
  known(sid: string): KnownSession | undefined {
    return this.#sessions.get(sid)
  }

  /** Notes a session as known from now on, by its id alone or by its record; an existing note only learns. */
  learn(sid: string, lastSeenAt: number, record: SessionRecord | undefined): KnownSession {
    const session = this.known(sid) ?? this.#add(sid, lastSeenAt)
    if (lastSeenAt > session.lastSeenAt) session.lastSeenAt = lastSeenAt
    if (record) session.describe(record, this.#options.deviceBinding)
    return session
  }

  #add(sid: string, lastSeenAt: number): KnownSession {
    this.#epoch = currentEpoch(this.#epoch, lastSeenAt)
    const session = new KnownSession(sid, lastSeenAt, this.#epoch)
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
    session.forget()
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
 * A number from the end of a credential, which is random: of a secret, or of a signature. To hash a text would take longer than
 * everything else; and who guesses learns nothing from the time that a comparison takes before this much is right.
 */
function keyOf(raw: string): number {
  let key = 0
  for (let index = raw.length - KEY_LENGTH; index < raw.length; index += 1) key = key * 64 + (raw.charCodeAt(index) & 63)
  return key
}

/** What was cut out of a header can keep the whole header in memory: this makes a string of its own. */
function ownCopy(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string
}

function forgetDropped(session: KnownSession): void {
  session.forget()
}
