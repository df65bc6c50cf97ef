// The system clock, which does not follow a jump of the wall clock at once: an hour ahead would sign all users out, and an hour back would
// accept expired tokens.

import { uptime } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { MINUTE } from '../domain/time.ts'
import { MAX_CLOCK_SKEW } from '../domain/token.ts'
import type { Clock, Timers } from '../ports/clock.ts'

/** The time sources of a machine, in milliseconds. */
export interface TimeSources {
  /** The wall clock, since 1970; it may be set. */
  wall(): number
  /** Never goes back, and stops while the machine sleeps. */
  monotonic(): number
  /** Never goes back, and continues while the machine sleeps. */
  uptime(): number
}

const SYSTEM_SOURCES: TimeSources = { wall: () => Date.now(), monotonic: () => performance.now(), uptime: () => uptime() * 1000 }

/** Milliseconds between checks; less than the smallest step. */
const CHECK_INTERVAL_MS = 1_000
/** How often small corrections are adopted, so that many of them do not add up to a step. */
const ADJUST_INTERVAL_MS = MINUTE
/** A step that has lasted this long is adopted. */
const ACCEPT_STEP_AFTER_MS = 5 * MINUTE

/**
 * Milliseconds since 1970. Small corrections are followed. After a step larger than the allowed clock skew, time continues as before
 * until the step has lasted five minutes. Sleep of the machine is not a step.
 */
export function createClock(sources: TimeSources = SYSTEM_SOURCES): Clock {
  let [wallBase, monotonicBase, uptimeBase] = [sources.wall(), sources.monotonic(), sources.uptime()]
  let checkedAt = wallBase
  let steppedAt: number | undefined

  const adopt = (wall: number) => {
    wallBase = wall
    monotonicBase = sources.monotonic()
    uptimeBase = sources.uptime()
    steppedAt = undefined
    return wall
  }

  return {
    now() {
      const wall = sources.wall()
      // Too little time has passed since the last check for a step.
      if (steppedAt === undefined && wall >= checkedAt && wall - checkedAt < CHECK_INTERVAL_MS) return wall
      checkedAt = wall
      const awake = sources.monotonic() - monotonicBase
      if (steppedAt === undefined && isSmall(wall - wallBase - awake)) return awake < ADJUST_INTERVAL_MS ? wall : adopt(wall)
      const running = sources.uptime()
      const expected = Math.floor(wallBase + running - uptimeBase)
      if (isSmall(wall - expected)) return adopt(wall)
      steppedAt ??= running
      return running - steppedAt < ACCEPT_STEP_AFTER_MS ? expected : adopt(wall)
    },
  }
}

function isSmall(step: number): boolean {
  return Math.abs(step) <= MAX_CLOCK_SKEW
}

export const systemClock: Clock = createClock()

export const systemTimers: Timers = {
  every(milliseconds, work) {
    const timer = setInterval(work, milliseconds).unref()
    return () => clearInterval(timer)
  },
  pause: (milliseconds) => pause(milliseconds, undefined, { ref: false }),
  wait: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const finish = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', finish)
        resolve()
      }
      const timer = setTimeout(finish, milliseconds)
      signal?.addEventListener('abort', finish)
    }),
}
