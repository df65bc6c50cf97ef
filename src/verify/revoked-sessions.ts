// What a verifier knows of sessions that ended or changed, for as long as a token of theirs can live.

import { SECOND } from '../domain/time.ts'
import { MAX_CLOCK_SKEW, type TokenClaims } from '../domain/token.ts'
import type { FailureReason } from './result.ts'

interface RolesChange {
  readonly at: number
  readonly roles: string
}

interface SessionState {
  /** When this process heard of it, by a clock that only ever grows. */
  readonly receivedAt: number
  readonly revoked: boolean
  readonly changed: RolesChange | undefined
}

export class RevokedSessions {
  /** By session, in the order of hearing: the oldest come first. */
  readonly #sessions = new Map<string, SessionState>()
  readonly #monotonic: () => number
  #tokenLifetime = Number.POSITIVE_INFINITY
  #reset = { before: Number.NEGATIVE_INFINITY, receivedAt: Number.NEGATIVE_INFINITY }

  /** @param steady milliseconds that only ever grow */
  constructor(steady: () => number) {
    this.#monotonic = steady
  }

  /** Nothing is forgotten before a token can no longer be good. Milliseconds. */
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

  /** Something may have been missed: no token from before this time is good any more. Milliseconds since 1970. */
  reset(before: number): void {
    this.#reset = { before: Math.max(this.#resetBefore, before), receivedAt: this.#monotonic() }
  }

  /** Why a token of these claims is refused, if it is. */
  check({ sid, iat, exp, roles }: TokenClaims): FailureReason | undefined {
    const state = this.#sessions.get(sid)
    if (state?.revoked) return 'session_ended'
    if ((exp - iat) * SECOND > this.#tokenLifetime) return 'expired'
    if (iat * SECOND < this.#resetBefore) return 'expired'
    // Whole seconds, and clocks that differ, do not tell an older token from a newer one: the roles in it do.
    const mayBeOlder = state?.changed !== undefined && iat * SECOND < state.changed.at + MAX_CLOCK_SKEW
    return mayBeOlder && state.changed?.roles !== roles.join() ? 'expired' : undefined
  }

  /** When no token from before can be good any more, there is nothing left to refuse; a server's clock may have been wrong. */
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
