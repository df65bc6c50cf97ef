// Sends registrations at a fixed rate, whatever the responses.

import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Target } from './subject.ts'

export type RegistrationKind = 'ordinary' | 'crafted'

/** Ordinary: 20 random characters. Crafted: the passwords that are most expensive to estimate, with the longest email address. */
function body(kind: RegistrationKind): string {
  const username = `stranger-${randomBytes(8).toString('hex')}`
  if (kind === 'ordinary') return JSON.stringify({ username, password: randomBytes(15).toString('base64url') })
  const email = `${'a-b_c.'.repeat(10)}x@${'d-e.'.repeat(40)}example.com`
  const password = `${randomBytes(6).toString('base64url')}${'@401!|$537'.repeat(24)}`
  return JSON.stringify({ username, password, email })
}

/** Returns the number of responses by status. The last responses may arrive after the given time. */
export async function registrations(
  signIn: Target,
  kind: RegistrationKind,
  perSecond: number,
  milliseconds: number,
): Promise<Readonly<Record<number, number>>> {
  const url = new URL('/access/register', signIn.url)
  const answers: Promise<number>[] = []
  const startedAt = performance.now()
  while (performance.now() - startedAt < milliseconds) {
    answers.push(
      fetch(url, { method: 'POST', headers: signIn.headers, body: body(kind) }).then(async (response) => {
        await response.arrayBuffer()
        return response.status
      }),
    )
    // By the clock, so that a slow machine keeps the rate.
    await pause(Math.max(0, startedAt + (answers.length * 1000) / perSecond - performance.now()))
  }
  const counts: Record<number, number> = {}
  for (const status of await Promise.all(answers)) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
