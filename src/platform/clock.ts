// The machine's clock and timers.

import { setTimeout as pause } from 'node:timers/promises'
import type { Clock, Timers } from '../ports/clock.ts'

export const systemClock: Clock = { now: Date.now }

export const systemTimers: Timers = {
  every(milliseconds, work) {
    const timer = setInterval(work, milliseconds).unref()
    return () => clearInterval(timer)
  },
  pause: (milliseconds) => pause(milliseconds, undefined, { ref: false }),
}
