// A bounded queue for expensive work: it limits running and waiting jobs, refuses more, and drops jobs whose caller has disconnected.

import type { CallerSignal } from '../ports/caller-signal.ts'

export interface BoundedQueue {
  /**
   * Runs `work` in the order of the calls. Returns undefined when the queue is full, or when `signal` is aborted before `work` starts:
   * then `work` is never called, and its place in the queue is free at once. Work that has started is completed.
   */
  run<T>(work: () => Promise<T>, signal?: CallerSignal): Promise<T | undefined>
  /** The number of running jobs. */
  readonly running: number
  /** The number of waiting jobs. */
  readonly waiting: number
}

/**
 * @param concurrency the most running jobs
 * @param capacity the most waiting jobs
 */
export function createBoundedQueue(concurrency: number, capacity: number): BoundedQueue {
  // A Set keeps the order and removes any member in constant time: many callers may leave a long queue together.
  const waiting = new Set<() => void>()
  let running = 0

  /** Resolves to true when the job may start, and to false when its signal was aborted. */
  function waitForSlot(signal: CallerSignal | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const leave = () => {
        waiting.delete(begin)
        signal?.removeEventListener('abort', leave)
        resolve(false)
      }
      const begin = () => {
        signal?.removeEventListener('abort', leave)
        resolve(true)
      }
      waiting.add(begin)
      signal?.addEventListener('abort', leave)
    })
  }

  function releaseSlot(): void {
    const [next] = waiting
    if (next === undefined) {
      running -= 1
      return
    }
    // The slot passes to the next job, so `running` does not change.
    waiting.delete(next)
    next()
  }

  return {
    async run(work, signal) {
      if (signal?.aborted) return undefined
      if (running < concurrency) running += 1
      else if (waiting.size >= capacity || !(await waitForSlot(signal))) return undefined
      try {
        return await work()
      } finally {
        releaseSlot()
      }
    },
    get running() {
      return running
    },
    get waiting() {
      return waiting.size
    },
  }
}
