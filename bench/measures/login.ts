// Signing in with name and password, on all cores, beside the bare hash; and what a flood of it, and of registrations, does to everybody else.

import { setTimeout as pause } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { load } from '../http-load.ts'
import { p99Latency } from '../latency.ts'
import { type RegistrationKind, registrations } from '../registrations.ts'
import { inRounds, measuredOf } from '../rounds.ts'
import { type Row, toRows } from '../rows.ts'
import { LATCHKEY_SUBJECTS, LIMITS, PEER_FILES } from '../subjects.ts'
import { withSubjects } from '../with-subjects.ts'

const ALL_CORES = '0,1'
const AT_ONCE = 4
const FLOOD = 32
/** What one stranger with a script can do, and more than a site gets on its best day. */
const REGISTRATIONS_PER_SECOND = 20

export async function login(context: Context): Promise<readonly Row[]> {
  return withSubjects(
    context,
    [LIMITS.argon2, LATCHKEY_SUBJECTS.server, ...PEER_FILES],
    async (subjects) => {
      const contestants = subjects
        .filter(({ ready }) => ready.signIn !== undefined || ready.fault !== undefined)
        .map((subject) => ({
          name: subject.ready.name,
          fault: subject.ready.fault,
          run: async () => {
            if (subject.ready.signIn === undefined) throw new Error('Nobody can sign in')
            return load(subject, subject.ready.signIn, AT_ONCE, context.quick ? 1_500 : 3_000)
          },
        }))
      const rates = await inRounds(contestants, context.rounds, context.reportProgress)
      const server = subjects.find(({ ready }) => ready.name === 'Latchkey server')
      const { guarded, signIn } = server?.ready ?? {}
      if (server === undefined || guarded === undefined || signIn === undefined) throw new Error('The Latchkey server did not start')
      const duration = context.quick ? 1_500 : 3_000
      const alone = { name: 'checks alone', run: () => p99Latency(guarded, duration) }
      const flooded = {
        name: 'checks while sign-ins flood',
        run: async () => {
          // More than it takes at once: what is beyond its queue is refused, and that is not judged here.
          const flood = load(server, signIn, FLOOD, duration + 500).catch(() => {})
          await pause(250)
          const slowest = await p99Latency(guarded, duration)
          await flood
          return slowest
        },
      }
      const registered = (strangers: RegistrationKind) => ({
        name: `checks while strangers register, ${strangers}`,
        run: async () => {
          const flood = registrations(signIn, strangers, REGISTRATIONS_PER_SECOND, duration + 500)
          await pause(250)
          const slowest = await p99Latency(guarded, duration)
          await flood
          return slowest
        },
      })
      const everyone = [alone, flooded, registered('ordinary'), registered('crafted')]
      const delays = await inRounds(everyone, context.rounds, context.reportProgress)
      return [
        ...toRows(
          'login: sign-ins per second',
          '1/s',
          measuredOf(rates, (one) => one.requestsPerSecond),
          'bare Argon2id',
          [{ name: 'P6', subject: 'Latchkey server', against: 'bare Argon2id', atLeast: 0.9 }],
        ),
        ...toRows(
          'login: slowest 1 % of warm checks',
          'ms',
          measuredOf(delays, (value) => value),
          'checks alone',
          [
            { name: 'P7', subject: 'checks while sign-ins flood', against: 'checks alone', atMost: 3 },
            { name: 'P15', subject: 'checks while strangers register, ordinary', against: 'checks alone', atMost: 3 },
            { name: 'P15', subject: 'checks while strangers register, crafted', against: 'checks alone', atMost: 3 },
          ],
        ),
      ]
    },
    ALL_CORES,
  )
}
