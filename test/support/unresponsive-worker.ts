// A worker program that accepts jobs and never answers.

import { parentPort } from 'node:worker_threads'
import { READY } from '../../src/platform/worker-thread.ts'

parentPort?.on('message', () => {})
parentPort?.postMessage(READY)
