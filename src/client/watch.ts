// Watches the end of a session come: tells of it in time, and asks once it should have come.

import type { SignedInAnswer } from '../http/contract.ts'
import type { Surroundings } from './surroundings.ts'

export interface WatchEvents {
  /** The session ends then, unless something is done. */
  expiring(at: number): void
  /** The session should be over: time to ask whether it is. */
  check(): void
}

/** The server counts in its own time, and rounds: ask a little later than the moment itself, and not too often. */
const GRACE = 1_500
const BETWEEN_CHECKS = 15_000
/** Timers take no more (a signed 32-bit number of milliseconds). */
const LONGEST = 2_000_000_000

/** @param notice milliseconds */
export function createWatch(around: Surroundings, notice: number, on: WatchEvents) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let idleTimeout = 0
  let seenAt = 0
  let absoluteEnd = 0
  let told = 0
  let checkedAt = 0

  function arrange(): void {
    clearTimeout(timer)
    if (idleTimeout === 0) return
    const now = Date.now()
    const end = Math.min(seenAt + idleTimeout, absoluteEnd)
    if (now < end - notice) wake(end - notice - now)
    else if (now < end + GRACE) {
      if (told !== end) on.expiring(end)
      told = end
      wake(end + GRACE - now)
    } else if (now < checkedAt + BETWEEN_CHECKS) wake(checkedAt + BETWEEN_CHECKS - now)
    else {
      checkedAt = now
      wake(BETWEEN_CHECKS)
      on.check()
    }
  }

  function wake(after: number): void {
    timer = setTimeout(arrange, Math.min(after, LONGEST))
    // In a script the watch must not keep the process alive.
    ;(timer as { unref?: () => void }).unref?.()
  }

  // Timers stand still while a machine sleeps or a tab is frozen.
  around.page?.addEventListener('visibilitychange', () => {
    if (around.isVisible()) arrange()
  })

  return {
    /** @param clockAhead milliseconds by which this machine's clock is ahead of the server's */
    begin(session: SignedInAnswer['session'], clockAhead: number): void {
      idleTimeout = session.idleTimeout * 1000
      absoluteEnd = Date.parse(session.expiresAt) + clockAhead
      seenAt = Math.max(seenAt, Date.parse(session.lastSeenAt) + clockAhead)
      arrange()
    },
    seen(at: number): void {
      if (at <= seenAt || idleTimeout === 0) return
      seenAt = at
      arrange()
    },
    end(): void {
      idleTimeout = 0
      seenAt = 0
      checkedAt = 0
      clearTimeout(timer)
    },
  }
}
