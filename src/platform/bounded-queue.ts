// A queue for expensive work: so many jobs at once, so many waiting, the rest refused at once, and none for a caller that is gone.

import type { CallerSignal } from '../ports/caller.ts'

export interface BoundedQueue {
  /**
   * Runs `work` when it is its turn, first come, first served. Undefined when the queue is full, and when `signal` is aborted before
   * the turn has come: then `work` is never called, and its place in the queue is free at once. Work that has begun is finished.
   */
  run<T>(work: () => Promise<T>, signal?: CallerSignal): Promise<T | undefined>
  /** Jobs that are being worked on. */
  readonly running: number
  /** Jobs that wait for their turn. */
  readonly waiting: number
}

/**
 * @param concurrency jobs at the same time
 * @param capacity jobs that may wait
 */
export function createBoundedQueue(concurrency: number, capacity: number): BoundedQueue {
  // A Set keeps its order and gives up any member at once: many may leave a long queue together.
  const waiting = new Set<() => void>()
  let running = 0

  /** True when it is the caller's turn, false when the caller has gone before. */
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
    // The place passes to the next job, so `running` does not change.
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
