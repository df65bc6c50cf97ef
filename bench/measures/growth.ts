// Measures the cost of a check as sessions, connections and workers grow.

import { startServer } from '../../test/support/server.ts'
import type { Context } from '../context.ts'
import { pinToLoadCore, useAllCores } from '../cpu-affinity.ts'
import { load, rateOf } from '../http-load.ts'
import { register } from '../latchkey/registered-user.ts'
import { type Measurement, type Row, toRows } from '../rows.ts'
import { LATCHKEY_SUBJECTS } from '../subjects.ts'
import { withSubjects } from '../with-subjects.ts'

const SESSIONS = [1_000, 10_000, 100_000, 1_000_000]
const CONNECTIONS = [1, 4, 16, 64, 256]

export async function growth(context: Context): Promise<readonly Row[]> {
  return [...(await bySessions(context)), ...(await byConnections(context)), ...(await byWorkers(context))]
}

async function bySessions(context: Context): Promise<readonly Row[]> {
  const sizes = context.quick ? SESSIONS.slice(0, 3) : context.long ? [...SESSIONS, 10_000_000] : SESSIONS
  return withSubjects(context, [LATCHKEY_SUBJECTS.scaling], async ([subject]) => {
    if (subject === undefined) return []
    const warm: Measurement[] = []
    const cold: Measurement[] = []
    const resident: Measurement[] = []
    for (const size of sizes) {
      context.reportProgress(`${size.toLocaleString('en')} sessions`)
      await subject.createSessions(size)
      await subject.check('checkSession', 300)
      const name = `${size.toLocaleString('en')} sessions`
      const rounds = Array.from({ length: context.rounds })
      const [warmTimes, coldTimes]: [number[], number[]] = [[], []]
      for (const _ of rounds) {
        warmTimes.push(await subject.check('checkSession', 200))
        coldTimes.push(await subject.check('checkUncachedSession', 200))
      }
      warm.push({ subject: name, values: warmTimes })
      cold.push({ subject: name, values: coldTimes })
      resident.push({ subject: name, values: [(await subject.memory()).rss / 2 ** 20] })
    }
    const first = `${SESSIONS[0]?.toLocaleString('en')} sessions`
    const last = `${sizes.at(-1)?.toLocaleString('en')} sessions`
    return [
      ...toRows('growth: warm check by live sessions on SQLite', 'µs', warm, first, [
        { name: 'P9', subject: last, against: first, atMost: 1.3 },
      ]),
      ...toRows('growth: cold check by live sessions on SQLite', 'µs', cold, first),
      ...toRows('growth: resident memory by live sessions on SQLite', 'MB', resident, first),
    ]
  })
}

async function byConnections(context: Context): Promise<readonly Row[]> {
  return withSubjects(context, [LATCHKEY_SUBJECTS.server], async ([server]) => {
    const { guarded } = server?.ready ?? {}
    if (server === undefined || guarded === undefined) return []
    const rates: Measurement[] = []
    const delays: Measurement[] = []
    const garbage: Measurement[] = []
    for (const connections of CONNECTIONS) {
      context.reportProgress(`${connections} connections`)
      await load(server, guarded, connections, 500)
      const loads = []
      for (let round = 0; round < context.rounds; round += 1)
        loads.push(await load(server, guarded, connections, context.quick ? 500 : 1_000))
      const subject = `${connections} connections`
      rates.push({ subject, values: loads.map(({ requestsPerSecond }) => requestsPerSecond) })
      delays.push({ subject, values: loads.map(({ delay }) => delay) })
      garbage.push({ subject, values: loads.map(({ gc }) => gc * 100) })
    }
    return [
      ...toRows('growth: /access/verify by connections', 'req/s', rates, '1 connections'),
      ...toRows('growth: slowest 1 % of turns of the event loop by connections', 'ms', delays, '1 connections'),
      ...toRows('growth: collecting garbage by connections', '% of the time', garbage, '1 connections'),
    ]
  })
}

/** On all cores, one of which the load generator uses too. */
async function byWorkers(context: Context): Promise<readonly Row[]> {
  const rates: Measurement[] = []
  useAllCores()
  try {
    for (const workers of [1, 2]) {
      context.reportProgress(`${workers} workers`)
      await using server = await startServer({ args: ['--workers', String(workers)], env: { LOG_LEVEL: 'warn' } })
      const { cookie } = await register({ url: server.url, origin: server.publicUrl }, 'Alice')
      const headers = { cookie, 'x-forwarded-method': 'GET' }
      const target = { method: 'GET', url: `${server.url}/access/verify`, headers, status: 204 } as const
      await rateOf(target, 32, 500)
      const values: number[] = []
      for (let round = 0; round < context.rounds; round += 1) values.push(await rateOf(target, 32, 1_000))
      rates.push({ subject: `${workers} workers`, values })
    }
  } finally {
    pinToLoadCore()
  }
  return toRows('growth: /access/verify by workers, load on the same cores', 'req/s', rates, '1 workers')
}
