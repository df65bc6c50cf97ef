// The worker thread that estimates password strength: it reads the word list once, then estimates one password per message.

import { parentPort } from 'node:worker_threads'
import { isCommonInDisguise } from '../../domain/guessing/disguises.ts'
import { guessBits } from '../../domain/guessing/estimate.ts'
import type { PasswordStrength } from '../../domain/password.ts'
import { READY } from '../worker-thread.ts'
import { readKnownWords } from './known-words.ts'

export interface EstimateJob {
  readonly password: string
  readonly context: readonly string[]
}

const words = readKnownWords()

function estimate({ password, context }: EstimateJob): PasswordStrength {
  return { bits: guessBits(password, context, words), common: isCommonInDisguise(password, words.isPassword) }
}

parentPort?.on('message', (job: EstimateJob) => parentPort?.postMessage(estimate(job)))
parentPort?.postMessage(READY)
