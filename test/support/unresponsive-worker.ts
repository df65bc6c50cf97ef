// A thread's program that takes jobs and answers none.

import { parentPort } from 'node:worker_threads'
import { READY } from '../../src/platform/worker-thread.ts'

parentPort?.on('message', () => {})
parentPort?.postMessage(READY)
