// The session timer: warns before a session expires, and checks with the server once it should have expired.

import type { SignedInResponse } from '../http/contract.ts'
import type { Environment } from './environment.ts'

export interface SessionTimerEvents {
  /** The session expires at this time unless it is used. */
  expiring(expiresAt: number): void
  /** The session should have expired: check with the server. */
  check(): void
}

/** The server's clock differs and its times are rounded: check a little later than the expiry, and not too often. */
const END_GRACE_MS = 1_500
const CHECK_INTERVAL_MS = 15_000
/** The longest delay of `setTimeout` is a signed 32-bit number of milliseconds. */
const MAX_TIMER_MS = 2_000_000_000

/** @param notice milliseconds */
export function createSessionTimer(env: Environment, notice: number, events: SessionTimerEvents) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let idleTimeout = 0
  let seenAt = 0
  let absoluteEnd = 0
  let notifiedEnd = 0
  let checkedAt = 0

  function schedule(): void {
    clearTimeout(timer)
    if (idleTimeout === 0) return
    const now = Date.now()
    const end = Math.min(seenAt + idleTimeout, absoluteEnd)
    if (now < end - notice) setTimer(end - notice - now)
    else if (now < end + END_GRACE_MS) {
      if (notifiedEnd !== end) events.expiring(end)
      notifiedEnd = end
      setTimer(end + END_GRACE_MS - now)
    } else if (now < checkedAt + CHECK_INTERVAL_MS) setTimer(checkedAt + CHECK_INTERVAL_MS - now)
    else {
      checkedAt = now
      setTimer(CHECK_INTERVAL_MS)
      events.check()
    }
  }

  function setTimer(delay: number): void {
    timer = setTimeout(schedule, Math.min(delay, MAX_TIMER_MS))
    // In Node the timer must not keep the process alive.
    ;(timer as { unref?: () => void }).unref?.()
  }

  // Timers stop while the machine sleeps or the tab is frozen.
  env.page?.addEventListener('visibilitychange', () => {
    if (env.isVisible()) schedule()
  })

  return {
    /** @param clockAhead milliseconds by which this machine's clock is ahead of the server's */
    begin(session: SignedInResponse['session'], clockAhead: number): void {
      idleTimeout = session.idleTimeout * 1000
      absoluteEnd = Date.parse(session.expiresAt) + clockAhead
      seenAt = Math.max(seenAt, Date.parse(session.lastSeenAt) + clockAhead)
      schedule()
    },
    recordActivity(at: number): void {
      if (at <= seenAt || idleTimeout === 0) return
      seenAt = at
      schedule()
    },
    end(): void {
      idleTimeout = 0
      seenAt = 0
      checkedAt = 0
      clearTimeout(timer)
    },
  }
}
