// Measures requests with a credential over HTTP: their rate, their CPU time and their latency.

import type { Context } from '../context.ts'
import { type Load, load } from '../http-load.ts'
import { inRounds, measuredOf } from '../rounds.ts'
import { type Goal, type Row, toRows } from '../rows.ts'
import { LATCHKEY_SUBJECTS, LIMITS, PEER_FILES } from '../subjects.ts'
import { withSubjects } from '../with-subjects.ts'

const CONNECTIONS = 32

/** A route guarded by Latchkey, and the same route unguarded. */
const FRAMEWORKS = [
  ['Latchkey', 'bare node:http'],
  ['Latchkey on Express', 'bare Express'],
  ['Latchkey on Fastify', 'bare Fastify'],
  ['Latchkey on Hono', 'bare Hono'],
] as const

const RATE_GOALS: readonly Goal[] = [
  ...FRAMEWORKS.map(([subject, against]) => ({ name: 'P4', subject, against, atLeast: 0.9 })),
  { name: 'P4', subject: 'Latchkey', against: 'Better Auth (SQLite)', atLeast: 20 },
  { name: 'P5', subject: 'Latchkey server', against: 'bare node:http, 204', atLeast: 0.8 },
  { name: 'P5', subject: 'Latchkey server', against: 'bare node:http, 204 with our headers', atLeast: 0.8 },
]
const COST_GOALS: readonly Goal[] = FRAMEWORKS.map(([subject, against]) => ({ name: 'P4', subject, against, atMostMore: 3 }))

export async function http(context: Context): Promise<readonly Row[]> {
  const limits = [LIMITS.node, LIMITS.node204, LIMITS.node204Headers, LIMITS.nodeMap, LIMITS.express, LIMITS.fastify, LIMITS.hono]
  const ours = [
    LATCHKEY_SUBJECTS.library,
    LATCHKEY_SUBJECTS.express,
    LATCHKEY_SUBJECTS.fastify,
    LATCHKEY_SUBJECTS.hono,
    LATCHKEY_SUBJECTS.server,
  ]
  const files = [...limits, ...ours, ...PEER_FILES]
  return withSubjects(context, files, async (subjects) => {
    const entries = subjects
      .filter(({ ready }) => ready.guarded !== undefined || ready.fault !== undefined)
      .map((subject) => ({
        name: subject.ready.name,
        fault: subject.ready.fault,
        run: async (): Promise<Load> => {
          if (subject.ready.guarded === undefined) throw new Error('The subject has no guarded route')
          return load(subject, subject.ready.guarded, CONNECTIONS, context.quick ? 700 : 2_000)
        },
      }))
    const results = await inRounds(entries, context.rounds, context.reportProgress)
    return [
      ...toRows(
        'http: requests per second',
        'req/s',
        measuredOf(results, (one) => one.requestsPerSecond),
        'bare node:http',
        RATE_GOALS,
      ),
      ...toRows(
        'http: processor time per request',
        'µs',
        measuredOf(results, (one) => one.cpuPerRequest),
        'bare node:http',
        COST_GOALS,
      ),
      ...toRows(
        'http: slowest 1 %',
        'ms',
        measuredOf(results, (one) => one.p99),
        'bare node:http',
      ),
    ]
  })
}
