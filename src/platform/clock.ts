// The machine's time. A clock that is set while the program runs is not believed at once: an hour ahead would sign everybody
// out, an hour back would let tokens live on that are long expired.

import { uptime } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { MINUTE } from '../domain/time.ts'
import { MAX_CLOCK_SKEW } from '../domain/token.ts'
import type { Clock, Timers } from '../ports/clock.ts'

/** What a machine knows of time, in milliseconds. */
export interface TimeSources {
  /** Since 1970; somebody may set it. */
  wall(): number
  /** Only ever grows, and stands still while the machine sleeps. */
  monotonic(): number
  /** Only ever grows, also while the machine sleeps. */
  uptime(): number
}

const SYSTEM_SOURCES: TimeSources = { wall: () => Date.now(), monotonic: () => performance.now(), uptime: () => uptime() * 1000 }

/** Milliseconds; less than the smallest step. */
const CHECK_INTERVAL_MS = 1_000
/** How often small corrections are taken in, so that many of them do not add up to a step. */
const ADJUST_INTERVAL_MS = MINUTE
/** A step that has lasted this long was meant. */
const ACCEPT_STEP_AFTER_MS = 5 * MINUTE

/**
 * Milliseconds since 1970. Small corrections are followed. After a step of more than the clock skew that is allowed anyway,
 * time goes on as before, until the step has lasted five minutes. The sleep of a machine is no step.
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
      // Whatever has happened to the clock since it was judged, it is not enough to be a step.
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
      const end = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, milliseconds)
      signal?.addEventListener('abort', end)
    }),
}
