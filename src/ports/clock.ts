// Time is handed in, so that tests can turn it.

import type { CallerSignal } from './caller.ts'

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
}

export interface Timers {
  /** Runs `work` again and again, `milliseconds` apart, without keeping the process alive. Returns how to stop it. */
  every(milliseconds: number, work: () => void): () => void
  /** Resolves after `milliseconds`, without keeping the process alive. */
  pause(milliseconds: number): Promise<void>
  /**
   * Resolves after `milliseconds`, or as soon as the caller that waits for it has gone. The process stays alive for it: somebody waits for
   * what comes after.
   */
  wait(milliseconds: number, signal?: CallerSignal): Promise<void>
}
