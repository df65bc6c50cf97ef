// The credential cache: verified credentials by their raw value, in bounded memory. A hit may accept a request, and only while the
// revocation feed is current; a miss never refuses: a refusal always reads the store.

import type { SessionRecord } from '../domain/credential.ts'
import type { DevicePolicy } from '../domain/device-binding.ts'
import { TwoGenerationCache } from '../domain/two-generation-cache.ts'
import type { LastSeenUpdate } from '../ports/store.ts'
import { type AcceptedDeviceProof, CachedSession, currentEpoch, type Epoch } from './cached-session.ts'
import type { Principal } from './principal.ts'
import { isSampled, type LastNetwork, type RequestClient } from './session-monitor.ts'

interface CachedToken extends LastNetwork {
  readonly raw: string
  readonly principal: Principal
  readonly session: CachedSession
  /** In milliseconds since 1970. */
  readonly expiresAt: number
}

/** The kinds of credentials that are cached. */
export type CacheableKind = 'session' | 'token'

/** Base64url characters that fit into a small integer. */
const KEY_LENGTH = 5

export interface CredentialCacheOptions {
  /** Maximum number of cached credentials; also of cached sessions. */
  readonly capacity: number
  readonly idleTimeout: number
  readonly deviceBinding: DevicePolicy
  /** Milliseconds between flushes of last-seen times. */
  readonly flushInterval: number
  readonly isFeedCurrent: (now: number) => boolean
  /** Called with the client of a session for sampled requests. */
  readonly observe: (session: CachedSession, token: LastNetwork | undefined, client: RequestClient, now: number) => void
  /** Requests an immediate flush: otherwise other processes would consider this session idle. */
  readonly requestFlush: () => void
}

export class CredentialCache {
  readonly #options: CredentialCacheOptions
  // Two maps, so that a token is never accepted as a session credential, which can issue new tokens. When two credentials have the same
  // key, one of them is read from the store.
  readonly #bySecret: TwoGenerationCache<number, CachedSession>
  readonly #tokens: TwoGenerationCache<number, CachedToken>
  readonly #sessions: TwoGenerationCache<string, CachedSession>
  #dirty: CachedSession[] = []
  #epoch: Epoch | undefined
  hits = 0
  misses = 0

  constructor(options: CredentialCacheOptions) {
    this.#options = options
    // An evicted session no longer receives revocations, so its credentials must not be accepted any more.
    this.#sessions = new TwoGenerationCache(options.capacity, invalidateEvicted)
    const keepWarm = (session: CachedSession) => this.#sessions.get(session.sid)
    this.#bySecret = new TwoGenerationCache(options.capacity, undefined, keepWarm)
    this.#tokens = new TwoGenerationCache(options.capacity, undefined, ({ session }) => keepWarm(session))
  }

  /**
   * The principal of a cached, still valid credential; undefined only means "read the store".
   *
   * @param deviceProof the device proof that accompanied it
   * @param client the sender, when known
   */
  get(
    kind: CacheableKind,
    raw: string,
    now: number,
    passive: boolean,
    deviceProof?: string,
    client?: RequestClient,
  ): Principal | undefined {
    return kind === 'session' ? this.#getSession(raw, now, passive, deviceProof, client) : this.#getToken(raw, now, passive, client)
  }

  #getSession(
    raw: string,
    now: number,
    passive: boolean,
    deviceProof: string | undefined,
    client: RequestClient | undefined,
  ): Principal | undefined {
    const dot = raw.indexOf('.')
    const session = this.#bySecret.get(cacheKey(raw))
    if (session === undefined || raw.slice(dot + 1) !== session.secret || raw.slice(0, dot) !== session.sid) return this.#miss()
    const { acceptedProof } = session
    if (acceptedProof !== undefined && (deviceProof !== acceptedProof.proof || now >= acceptedProof.validUntil)) return this.#miss()
    return this.#isUsable(session, undefined, session.expiresAt, now, passive, client) ? session.principal : this.#miss()
  }

  #getToken(raw: string, now: number, passive: boolean, client: RequestClient | undefined): Principal | undefined {
    const token = this.#tokens.get(cacheKey(raw))
    if (token === undefined || token.raw !== raw) return this.#miss()
    return this.#isUsable(token.session, token, token.expiresAt, now, passive, client) ? token.principal : this.#miss()
  }

  /** Whether the session is valid as far as known here; if so, this counts as a use. */
  #isUsable(
    session: CachedSession,
    token: CachedToken | undefined,
    until: number,
    now: number,
    passive: boolean,
    client: RequestClient | undefined,
  ): boolean {
    if (session.invalidated || now >= until || now >= session.lastSeenAt + this.#options.idleTimeout || !this.#options.isFeedCurrent(now))
      return false
    this.hits += 1
    if (client !== undefined && isSampled(session.lastSeenAt, now)) this.#options.observe(session, token, client, now)
    if (!passive) this.markUsed(session, now)
    return true
  }

  #miss(): undefined {
    this.misses += 1
  }

  /**
   * @param raw the session credential; the session's record must have been read
   * @param acceptedProof the device proof that it was accepted with, when one was required
   */
  putSession(raw: string, session: CachedSession, acceptedProof?: AcceptedDeviceProof): void {
    if (acceptedProof !== undefined)
      session.acceptedProof =
        acceptedProof.proof === undefined ? acceptedProof : { ...acceptedProof, proof: detachString(acceptedProof.proof) }
    session.secret = detachString(raw.slice(raw.indexOf('.') + 1))
    this.#bySecret.set(cacheKey(raw), session)
  }

  putToken(raw: string, principal: Principal, session: CachedSession, expiresAt: number): void {
    this.#tokens.set(cacheKey(raw), { raw: detachString(raw), principal, session, expiresAt, network: undefined, networkAt: 0 })
  }

  /** Observes the client of a newly verified credential. */
  observe(session: CachedSession, client: RequestClient | undefined, now: number): void {
    if (client !== undefined) this.#options.observe(session, undefined, client, now)
  }

  /** The cached session, if any. */
  lookup(sid: string): CachedSession | undefined {
    return this.#sessions.get(sid)
  }

  /** Inserts or updates a cached session, from its id alone or from its record. */
  upsertSession(sid: string, lastSeenAt: number, record: SessionRecord | undefined): CachedSession {
    const session = this.lookup(sid) ?? this.#insertSession(sid, lastSeenAt)
    if (lastSeenAt > session.lastSeenAt) session.lastSeenAt = lastSeenAt
    if (record) session.update(record, this.#options.deviceBinding)
    return session
  }

  #insertSession(sid: string, lastSeenAt: number): CachedSession {
    this.#epoch = currentEpoch(this.#epoch, lastSeenAt)
    const session = new CachedSession(sid, lastSeenAt, this.#epoch)
    this.#sessions.set(sid, session)
    return session
  }

  /** Records a use. It is written with the next flush, or at once when the stored time is too old. */
  markUsed(session: CachedSession, now: number): void {
    if (now <= session.lastSeenAt && session.dirty) return
    session.lastSeenAt = Math.max(session.lastSeenAt, now)
    if (!session.dirty) {
      session.dirty = true
      this.#dirty.push(session)
    }
    // Other processes only see the stored time. As long as it is never older than the idle timeout minus the duration of a flush, none of
    // them can consider a session idle that is in use here.
    if (now - session.flushedSeenAt > this.#options.idleTimeout - 2 * this.#options.flushInterval) {
      session.flushedSeenAt = now
      this.#options.requestFlush()
    }
  }

  invalidate(sid: string): void {
    const session = this.#sessions.get(sid)
    if (session === undefined) return
    session.invalidate()
    this.#sessions.delete(sid)
  }

  /** Last-seen times that are not written yet; the caller writes them, or returns them with `restoreDirty`. */
  takeDirty(): readonly LastSeenUpdate[] {
    const taken = this.#dirty
    this.#dirty = []
    return taken.map((session) => {
      session.dirty = false
      session.flushedSeenAt = session.lastSeenAt
      return { id: session.sid, at: session.lastSeenAt }
    })
  }

  restoreDirty(seen: readonly LastSeenUpdate[]): void {
    for (const { id, at } of seen) {
      const session = this.upsertSession(id, at, undefined)
      if (session.dirty) continue
      session.dirty = true
      this.#dirty.push(session)
    }
  }
}

/**
 * A number from the end of a credential, which is random: part of a secret, or of a signature. Hashing a string would take longer than
 * everything else; and an attacker learns nothing from the time of a comparison until this many characters are right.
 */
function cacheKey(raw: string): number {
  let key = 0
  for (let index = raw.length - KEY_LENGTH; index < raw.length; index += 1) key = key * 64 + (raw.charCodeAt(index) & 63)
  return key
}

/** A substring of a header can keep the whole header in memory: this makes a string of its own. */
function detachString(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string
}

function invalidateEvicted(session: CachedSession): void {
  session.invalidate()
}
