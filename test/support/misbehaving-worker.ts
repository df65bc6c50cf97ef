// A worker program that misbehaves as its jobs say: it answers, throws, loops forever, or exits.

import { parentPort } from 'node:worker_threads'
import { READY } from '../../src/platform/worker-thread.ts'

type WorkerBehavior = 'answer' | 'throw' | 'loop' | 'exit' | 'secrets'

const JOBS: Readonly<Record<WorkerBehavior, () => unknown>> = {
  answer: () => 'answered',
  throw: () => {
    throw new Error('thrown in the thread')
  },
  loop: () => {
    for (;;);
  },
  exit: () => process.exit(3),
  secrets: () => JSON.stringify([Object.keys(process.env).sort(), process.execArgv]),
}

parentPort?.on('message', (job: WorkerBehavior) => parentPort?.postMessage(JOBS[job]()))
parentPort?.postMessage(READY)
