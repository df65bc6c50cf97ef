// How guessable a password is, estimated in a thread of its own behind a bounded queue: strangers may ask for it as often as they like.

import { boundedContext, boundedPassword } from '../domain/guessing/bounds.ts'
import type { PasswordStrength } from '../domain/password.ts'
import type { PasswordEstimator } from '../ports/passwords.ts'
import { createBoundedQueue } from './bounded-queue.ts'
import type { EstimateJob } from './guessing/worker.ts'
import { createWorkerThread, type ThreadOptions } from './worker-thread.ts'

export interface EstimatorOptions extends Partial<ThreadOptions> {
  /** Callers that may wait; beyond them `undefined` is answered at once. */
  readonly queue?: number
}

const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './guessing/worker.ts' : './guessing/worker.js', import.meta.url)

export function createPasswordEstimator({ queue = 64, ...options }: EstimatorOptions = {}): PasswordEstimator {
  const thread = createWorkerThread<EstimateJob, PasswordStrength>({
    program: PROGRAM,
    jobTimeoutMs: 2_000,
    startTimeoutMs: 30_000,
    onError: () => {},
    ...options,
  })
  const jobQueue = createBoundedQueue(1, queue)
  return {
    estimate(password, context, signal) {
      const job = { password: boundedPassword(password), context: boundedContext(context) }
      return jobQueue.run(() => thread.run(job), signal)
    },
    close: () => thread.close(),
  }
}
