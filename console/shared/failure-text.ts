// What went wrong, in the words of the page.

import { LatchkeyError } from '../../src/client/index.ts'
import { isText, say } from './say.ts'
import { sayIn } from './times.ts'

export function failureText(error: unknown): string {
  if (!(error instanceof LatchkeyError)) return say('other', { code: error instanceof Error ? error.name : '?' })
  if (error.code === 'rate.limited') return say('rate.limited', { when: sayIn(error.retryAfter ?? 60) })
  return isText(error.code) ? say(error.code) : say('other', { code: error.code })
}
