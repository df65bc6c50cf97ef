// What a verifier knows of sessions that ended or changed, for as long as a token of theirs can live.

import { SECOND } from '../domain/time.ts'
import { MAX_CLOCK_SKEW, type TokenClaims } from '../domain/token.ts'
import type { RefusedFor } from './verdict.ts'

interface Changed {
  readonly at: number
  readonly roles: string
}

interface Noted {
  /** When this process heard of it, by a clock that only ever grows. */
  readonly heardAt: number
  readonly ended: boolean
  readonly changed: Changed | undefined
}

export class Endings {
  /** By session, in the order of hearing: the oldest come first. */
  readonly #noted = new Map<string, Noted>()
  readonly #steady: () => number
  #tokenLifetime = Number.POSITIVE_INFINITY
  #reset = { before: Number.NEGATIVE_INFINITY, heardAt: Number.NEGATIVE_INFINITY }

  /** @param steady milliseconds that only ever grow */
  constructor(steady: () => number) {
    this.#steady = steady
  }

  /** Nothing is forgotten before a token can no longer be good. Milliseconds. */
  set tokenLifetime(lifetime: number) {
    this.#tokenLifetime = lifetime
  }

  ended(sid: string): void {
    this.#note(sid, { heardAt: this.#steady(), ended: true, changed: this.#noted.get(sid)?.changed })
  }

  changed(sid: string, at: number, roles: readonly string[]): void {
    this.#note(sid, { heardAt: this.#steady(), ended: this.#noted.get(sid)?.ended ?? false, changed: { at, roles: roles.join() } })
  }

  /** Something may have been missed: no token from before this time is good any more. Milliseconds since 1970. */
  reset(before: number): void {
    this.#reset = { before: Math.max(this.#resetBefore, before), heardAt: this.#steady() }
  }

  /** Why a token of these claims is refused, if it is. */
  judge({ sid, iat, exp, roles }: TokenClaims): RefusedFor | undefined {
    const noted = this.#noted.get(sid)
    if (noted?.ended) return 'session_ended'
    if ((exp - iat) * SECOND > this.#tokenLifetime) return 'expired'
    if (iat * SECOND < this.#resetBefore) return 'expired'
    // Whole seconds, and clocks that differ, do not tell an older token from a newer one: the roles in it do.
    const mayBeOlder = noted?.changed !== undefined && iat * SECOND < noted.changed.at + MAX_CLOCK_SKEW
    return mayBeOlder && noted.changed?.roles !== roles.join() ? 'expired' : undefined
  }

  /** When no token from before can be good any more, there is nothing left to refuse; a server's clock may have been wrong. */
  get #resetBefore(): number {
    return this.#canMatter(this.#reset.heardAt) ? this.#reset.before : Number.NEGATIVE_INFINITY
  }

  #canMatter(heardAt: number): boolean {
    return this.#steady() - heardAt <= this.#tokenLifetime + 2 * MAX_CLOCK_SKEW
  }

  #note(sid: string, noted: Noted): void {
    this.#noted.delete(sid)
    this.#noted.set(sid, noted)
    for (const [oldest, { heardAt }] of this.#noted) {
      if (this.#canMatter(heardAt)) return
      this.#noted.delete(oldest)
    }
  }
}
