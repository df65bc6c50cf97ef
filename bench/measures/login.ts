// Measures sign-ins beside the bare hash on all cores, and the latency of other requests during floods of sign-ins and registrations.

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
const CONNECTIONS = 4
const FLOOD_CONNECTIONS = 32
/** As many as one attacker with a script can send, and more than a site gets on its busiest day. */
const REGISTRATIONS_PER_SECOND = 20

export async function login(context: Context): Promise<readonly Row[]> {
  return withSubjects(
    context,
    [LIMITS.argon2, LATCHKEY_SUBJECTS.server, ...PEER_FILES],
    async (subjects) => {
      const entries = subjects
        .filter(({ ready }) => ready.signIn !== undefined || ready.fault !== undefined)
        .map((subject) => ({
          name: subject.ready.name,
          fault: subject.ready.fault,
          run: async () => {
            if (subject.ready.signIn === undefined) throw new Error('The subject has no sign-in')
            return load(subject, subject.ready.signIn, CONNECTIONS, context.quick ? 1_500 : 3_000)
          },
        }))
      const rates = await inRounds(entries, context.rounds, context.reportProgress)
      const server = subjects.find(({ ready }) => ready.name === 'Latchkey server')
      const { guarded, signIn } = server?.ready ?? {}
      if (server === undefined || guarded === undefined || signIn === undefined) throw new Error('The Latchkey server did not start')
      const duration = context.quick ? 1_500 : 3_000
      const alone = { name: 'checks alone', run: () => p99Latency(guarded, duration) }
      const flooded = {
        name: 'checks while sign-ins flood',
        run: async () => {
          // More than its queue holds: the rest is refused, which this measure ignores.
          const flood = load(server, signIn, FLOOD_CONNECTIONS, duration + 500).catch(() => {})
          await pause(250)
          const slowest = await p99Latency(guarded, duration)
          await flood
          return slowest
        },
      }
      const registered = (kind: RegistrationKind) => ({
        name: `checks while strangers register, ${kind}`,
        run: async () => {
          const flood = registrations(signIn, kind, REGISTRATIONS_PER_SECOND, duration + 500)
          await pause(250)
          const slowest = await p99Latency(guarded, duration)
          await flood
          return slowest
        },
      })
      const scenarios = [alone, flooded, registered('ordinary'), registered('crafted')]
      const delays = await inRounds(scenarios, context.rounds, context.reportProgress)
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
