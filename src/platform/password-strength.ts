// How guessable a password is, estimated in a thread of its own behind a bounded queue: strangers may ask for it as often as they like.

import type { PasswordStrength } from '../domain/password.ts'
import type { PasswordEstimator } from '../ports/passwords.ts'
import { createBoundedQueue } from './bounded-queue.ts'
import type { EstimateJob } from './guessing/worker.ts'
import { createWorkerThread, type ThreadOptions } from './worker-thread.ts'

export interface EstimatorOptions extends Partial<ThreadOptions> {
  /** Callers that may wait; beyond them `undefined` is answered at once. */
  readonly queue?: number
}

/** The work grows with the square of the length; what is longer is judged by both its ends. */
const JUDGED = 64
const MAX_CONTEXT = 32

const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './guessing/worker.ts' : './guessing/worker.js', import.meta.url)

export function createPasswordEstimator({ queue = 64, ...options }: EstimatorOptions = {}): PasswordEstimator {
  const thread = createWorkerThread<EstimateJob, PasswordStrength>({
    program: PROGRAM,
    jobLimit: 2_000,
    startLimit: 30_000,
    onFault: () => {},
    ...options,
  })
  const turns = createBoundedQueue(1, queue)
  return {
    estimate(password, context, signal) {
      const job = { password: bothEnds(password), context: context.slice(0, MAX_CONTEXT).map((word) => word.slice(0, JUDGED)) }
      return turns.run(() => thread.run(job), signal)
    },
    close: () => thread.close(),
  }
}

function bothEnds(password: string): string {
  if (password.length <= JUDGED) return password
  const characters = [...password]
  return characters.length <= JUDGED ? password : [...characters.slice(0, JUDGED / 2), ...characters.slice(-JUDGED / 2)].join('')
}
