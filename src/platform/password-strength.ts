// The password strength estimator: a worker thread behind a bounded queue, because unauthenticated clients can call it without limit.

import { boundedContext, boundedPassword } from '../domain/guessing/bounds.ts'
import type { PasswordStrength } from '../domain/password.ts'
import type { PasswordEstimator } from '../ports/passwords.ts'
import { createBoundedQueue } from './bounded-queue.ts'
import type { EstimateJob } from './guessing/worker.ts'
import { createWorkerThread, type ThreadOptions } from './worker-thread.ts'

export interface EstimatorOptions extends Partial<ThreadOptions> {
  /** The most waiting callers; any more get `undefined` at once. */
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
