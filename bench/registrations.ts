// Strangers who register, so many a second, whatever comes of it.

import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Target } from './subject.ts'

export type RegistrationKind = 'ordinary' | 'crafted'

/** Ordinary: 20 random characters. Crafted: what costs the estimate of a password most, with an address that is as long as one may be. */
function body(strangers: RegistrationKind): string {
  const username = `stranger-${randomBytes(8).toString('hex')}`
  if (strangers === 'ordinary') return JSON.stringify({ username, password: randomBytes(15).toString('base64url') })
  const email = `${'a-b_c.'.repeat(10)}x@${'d-e.'.repeat(40)}example.com`
  const password = `${randomBytes(6).toString('base64url')}${'@401!|$537'.repeat(24)}`
  return JSON.stringify({ username, password, email })
}

/** How many were answered, by status. The last answer may come after the time. */
export async function registrations(
  signIn: Target,
  strangers: RegistrationKind,
  perSecond: number,
  milliseconds: number,
): Promise<Readonly<Record<number, number>>> {
  const url = new URL('/access/register', signIn.url)
  const answers: Promise<number>[] = []
  const began = performance.now()
  while (performance.now() - began < milliseconds) {
    answers.push(
      fetch(url, { method: 'POST', headers: signIn.headers, body: body(strangers) }).then(async (response) => {
        await response.arrayBuffer()
        return response.status
      }),
    )
    // By the clock, so that a slow machine asks no less.
    await pause(Math.max(0, began + (answers.length * 1000) / perSecond - performance.now()))
  }
  const counts: Record<number, number> = {}
  for (const status of await Promise.all(answers)) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
