// The regression check of performance: compares the fastest paths with their limits in the same run. Margins are twice the goals, so
// that noise passes but a slowdown by a factor of two fails.

import type { Check } from './child.ts'
import { SubjectProcess } from './processes.ts'
import { spreadOf } from './statistics.ts'
import { LATCHKEY_SUBJECTS, LIMITS } from './subjects.ts'

const ROUNDS = 5
const MILLISECONDS = 100
const COMPARISONS: readonly { readonly ours: string; readonly limit: string; readonly check: Check; readonly atMost: number }[] = [
  { ours: LATCHKEY_SUBJECTS.library, limit: LIMITS.cookies, check: 'checkSession', atMost: 3 },
  { ours: LATCHKEY_SUBJECTS.deviceBound, limit: LIMITS.twoCookies, check: 'checkSession', atMost: 3 },
  { ours: LATCHKEY_SUBJECTS.library, limit: LIMITS.tokens, check: 'checkToken', atMost: 1.5 },
  { ours: LATCHKEY_SUBJECTS.uncached, limit: LIMITS.ed25519, check: 'checkUncachedToken', atMost: 2 },
]

let failed = false
for (const { ours, limit, check, atMost } of COMPARISONS) {
  const [subject, baseline] = [await SubjectProcess.start(ours), await SubjectProcess.start(limit)]
  const fault = subject.ready.fault ?? baseline.ready.fault
  if (fault !== undefined) throw new Error(fault)
  await subject.check(check, MILLISECONDS)
  await baseline.check(check, MILLISECONDS)
  const ratios: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const limitTime = await baseline.check(check, MILLISECONDS)
    ratios.push((await subject.check(check, MILLISECONDS)) / limitTime)
  }
  await Promise.all([subject.close(), baseline.close()])
  const { median } = spreadOf(ratios)
  const isGood = median <= atMost
  failed ||= !isGood
  process.stdout.write(
    `${isGood ? 'ok' : 'TOO SLOW'}: ${subject.ready.name} takes ${median.toFixed(2)} × ${baseline.ready.name}; accepted: ${atMost}\n`,
  )
}
if (failed) process.exitCode = 1
