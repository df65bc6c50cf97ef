// Revoked sessions and changed roles, kept for as long as a token of the session can be valid.

import { SECOND } from '../domain/time.ts'
import { MAX_CLOCK_SKEW, type TokenClaims } from '../domain/token.ts'
import type { FailureReason } from './result.ts'

interface RolesChange {
  readonly at: number
  readonly roles: string
}

interface SessionState {
  /** When this process received the event, by the monotonic clock. */
  readonly receivedAt: number
  readonly revoked: boolean
  readonly changed: RolesChange | undefined
}

export class RevokedSessions {
  /** By session id, in the order of arrival: oldest first. */
  readonly #sessions = new Map<string, SessionState>()
  readonly #monotonic: () => number
  #tokenLifetime = Number.POSITIVE_INFINITY
  #reset = { before: Number.NEGATIVE_INFINITY, receivedAt: Number.NEGATIVE_INFINITY }

  /** @param monotonic a clock that is never set back, in milliseconds */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic
  }

  /** The lifetime of tokens in milliseconds: entries are kept until no token of their session can be valid. */
  set tokenLifetime(lifetime: number) {
    this.#tokenLifetime = lifetime
  }

  addRevoked(sid: string): void {
    this.#record(sid, { receivedAt: this.#monotonic(), revoked: true, changed: this.#sessions.get(sid)?.changed })
  }

  addRolesChange(sid: string, at: number, roles: readonly string[]): void {
    this.#record(sid, {
      receivedAt: this.#monotonic(),
      revoked: this.#sessions.get(sid)?.revoked ?? false,
      changed: { at, roles: roles.join() },
    })
  }

  /** Events may have been missed: tokens issued before this time are rejected. Milliseconds since 1970. */
  reset(before: number): void {
    this.#reset = { before: Math.max(this.#resetBefore, before), receivedAt: this.#monotonic() }
  }

  /** Why a token with these claims is rejected; undefined when it is not. */
  check({ sid, iat, exp, roles }: TokenClaims): FailureReason | undefined {
    const state = this.#sessions.get(sid)
    if (state?.revoked) return 'session_ended'
    if ((exp - iat) * SECOND > this.#tokenLifetime) return 'expired'
    if (iat * SECOND < this.#resetBefore) return 'expired'
    // `iat` is in whole seconds and clocks differ, so it cannot decide whether the token is older than the change: its roles can.
    const mayBeOlder = state?.changed !== undefined && iat * SECOND < state.changed.at + MAX_CLOCK_SKEW
    return mayBeOlder && state.changed?.roles !== roles.join() ? 'expired' : undefined
  }

  /** A reset expires together with the tokens from before it: its time may have come from a wrong clock. */
  get #resetBefore(): number {
    return this.#isRelevant(this.#reset.receivedAt) ? this.#reset.before : Number.NEGATIVE_INFINITY
  }

  #isRelevant(receivedAt: number): boolean {
    return this.#monotonic() - receivedAt <= this.#tokenLifetime + 2 * MAX_CLOCK_SKEW
  }

  #record(sid: string, state: SessionState): void {
    this.#sessions.delete(sid)
    this.#sessions.set(sid, state)
    for (const [oldest, { receivedAt }] of this.#sessions) {
      if (this.#isRelevant(receivedAt)) return
      this.#sessions.delete(oldest)
    }
  }
}
