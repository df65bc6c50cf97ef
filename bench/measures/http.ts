// A request with a credential, over HTTP: what it costs the server, and how many there can be.

import type { Context } from '../context.ts'
import { type Load, load } from '../http-load.ts'
import { inRounds, measuredOf } from '../rounds.ts'
import { type Goal, type Row, rowsOf } from '../rows.ts'
import { withSubjects } from '../started.ts'
import { LIMITS, OURS, PEER_FILES } from '../subjects.ts'

const CONNECTIONS = 32

/** Ours in front of a route, and the same route without. */
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
  const ours = [OURS.library, OURS.express, OURS.fastify, OURS.hono, OURS.server]
  const files = [...limits, ...ours, ...PEER_FILES]
  return withSubjects(context, files, async (subjects) => {
    const contestants = subjects
      .filter(({ ready }) => ready.guarded !== undefined || ready.fault !== undefined)
      .map((subject) => ({
        name: subject.ready.name,
        fault: subject.ready.fault,
        run: async (): Promise<Load> => {
          if (subject.ready.guarded === undefined) throw new Error('It has no guarded route')
          return load(subject, subject.ready.guarded, CONNECTIONS, context.quick ? 700 : 2_000)
        },
      }))
    const results = await inRounds(contestants, context.rounds, context.tell)
    return [
      ...rowsOf(
        'http: requests per second',
        'req/s',
        measuredOf(results, (one) => one.requestsPerSecond),
        'bare node:http',
        RATE_GOALS,
      ),
      ...rowsOf(
        'http: processor time per request',
        'µs',
        measuredOf(results, (one) => one.cpuPerRequest),
        'bare node:http',
        COST_GOALS,
      ),
      ...rowsOf(
        'http: slowest 1 %',
        'ms',
        measuredOf(results, (one) => one.p99),
        'bare node:http',
      ),
    ]
  })
}
