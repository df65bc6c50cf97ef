// What a request costs, counted instead of timed: reads and writes of the store, hashes, signatures, bytes allocated.

import { type Counts, startInProcess } from '../../test/support/in-process.ts'
import { ALICE, register } from '../../test/support/people.ts'
import type { Context } from '../context.ts'
import { type Measured, type Row, rowsOf } from '../rows.ts'
import { withSubjects } from '../started.ts'
import { LIMITS, OURS } from '../subjects.ts'

export async function counts(context: Context): Promise<readonly Row[]> {
  return [...(await counted(context)), ...(await allocated(context))]
}

interface Cost extends Counts {
  signatures: number
}

async function counted({ tell }: Context): Promise<readonly Row[]> {
  tell('counting reads, writes, hashes and signatures')
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const { keys, verified } = latchkey.engine
  let signatures = 0
  const [sign, verify] = [keys.sign.bind(keys), keys.verify.bind(keys)]
  keys.sign = (claims) => {
    signatures += 1
    return sign(claims)
  }
  keys.verify = (token) => {
    signatures += 1
    return verify(token)
  }
  const costOf = async (work: () => Promise<unknown>): Promise<Cost> => {
    latchkey.resetCounts()
    signatures = 0
    await work()
    return { ...latchkey.counts, signatures }
  }
  const check = (headers: Readonly<Record<string, string>>) => latchkey.call('GET', '/access/client-data', { headers })
  const costs: [string, Cost][] = []
  for (const [kind, headers] of [
    ['session', { cookie: alice.session }],
    ['token', { authorization: alice.token }],
  ] as const) {
    verified.forget(alice.sid)
    costs.push([`cold ${kind}`, await costOf(() => check(headers))])
    costs.push([`warm ${kind}`, await costOf(() => check(headers))])
  }
  costs.push(['sign-in', await costOf(() => latchkey.call('POST', '/access/login', { body: ALICE }))])
  return (['reads', 'writes', 'hashes', 'signatures'] as const).flatMap((what) => {
    const measured = costs.map(([subject, cost]): Measured => ({ subject, values: [cost[what]] }))
    return rowsOf(`counts: ${what} per request`, what, measured, null)
  })
}

async function allocated(context: Context): Promise<readonly Row[]> {
  const bySession = await allocations(context, [LIMITS.cookies, OURS.library], 'checkSession', 'limit: parse and Map')
  const byToken = await allocations(context, [LIMITS.tokens, OURS.library], 'checkToken', 'limit: slice and Map')
  return [...bySession, ...byToken]
}

async function allocations(context: Context, files: readonly string[], which: 'checkSession' | 'checkToken', limit: string) {
  return withSubjects(context, files, async (subjects) => {
    const measured: Measured[] = []
    for (const subject of subjects) {
      await subject.check(which, 200)
      const values: number[] = []
      for (let round = 0; round < context.rounds; round += 1) values.push(await subject.allocation(which))
      measured.push({ subject: subject.ready.name, values })
    }
    return rowsOf(`counts: bytes allocated per warm check, ${which === 'checkSession' ? 'session' : 'token'}`, 'bytes', measured, limit)
  })
}
