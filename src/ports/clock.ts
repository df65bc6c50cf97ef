// Clock and timers as ports, so that tests can use a fake clock.

import type { CallerSignal } from './caller-signal.ts'

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
}

export interface Timers {
  /** Runs `work` every `milliseconds`. Does not keep the process alive. Returns a function that stops it. */
  every(milliseconds: number, work: () => void): () => void
  /** Resolves after `milliseconds`. Does not keep the process alive. */
  pause(milliseconds: number): Promise<void>
  /** Resolves after `milliseconds`, or as soon as the caller is gone. Keeps the process alive: a caller waits for the response. */
  wait(milliseconds: number, signal?: CallerSignal): Promise<void>
}
