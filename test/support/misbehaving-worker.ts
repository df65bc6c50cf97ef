// A thread's program that does what its jobs say: answers, crashes, loops for ever, or leaves.

import { parentPort } from 'node:worker_threads'
import { READY } from '../../src/platform/worker-thread.ts'

type WorkerBehavior = 'answer' | 'throw' | 'loop' | 'leave' | 'secrets'

const JOBS: Readonly<Record<WorkerBehavior, () => unknown>> = {
  answer: () => 'answered',
  throw: () => {
    throw new Error('thrown in the thread')
  },
  loop: () => {
    for (;;);
  },
  leave: () => process.exit(3),
  secrets: () => JSON.stringify([Object.keys(process.env).sort(), process.execArgv]),
}

parentPort?.on('message', (job: WorkerBehavior) => parentPort?.postMessage(JOBS[job]()))
parentPort?.postMessage(READY)
