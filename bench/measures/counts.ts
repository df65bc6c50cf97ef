// Counts what a request costs: reads and writes of the store, hashes, signatures and allocated bytes.

import { createGuard } from '../../src/http/guard.ts'
import { makeDpopKey, makeDpopProof } from '../../test/support/dpop-proofs.ts'
import { type Counts, type InProcess, startInProcess } from '../../test/support/in-process.ts'
import { ALICE, register } from '../../test/support/users.ts'
import type { Context } from '../context.ts'
import { type Measurement, type Row, toRows } from '../rows.ts'
import { LATCHKEY_SUBJECTS, LIMITS } from '../subjects.ts'
import { withSubjects } from '../with-subjects.ts'

export async function counts(context: Context): Promise<readonly Row[]> {
  return [...(await countOperations(context)), ...(await measureAllocations(context))]
}

interface Cost extends Counts {
  signatures: number
}

async function countOperations({ reportProgress }: Context): Promise<readonly Row[]> {
  reportProgress('counting reads, writes, hashes and signatures')
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const { keys, proofVerifier, credentialCache } = latchkey.engine
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
  const read = proofVerifier.read.bind(proofVerifier)
  const counting = (text: string) => {
    signatures += 1
    return read(text)
  }
  Object.assign(proofVerifier, { read: counting })
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
    credentialCache.invalidate(alice.sid)
    costs.push([`cold ${kind}`, await costOf(() => check(headers))])
    costs.push([`warm ${kind}`, await costOf(() => check(headers))])
  }
  costs.push(['warm token, with a proof of its key', await costOf(await dpopCheck(latchkey))])
  costs.push(['sign-in', await costOf(() => latchkey.call('POST', '/access/login', { body: ALICE }))])
  return (['reads', 'writes', 'hashes', 'signatures'] as const).flatMap((what) => {
    const measured = costs.map(([subject, cost]): Measurement => ({ subject, values: [cost[what]] }))
    return toRows(`counts: ${what} per request`, what, measured, null)
  })
}

/** A request with a key-bound token and a DPoP proof to a route of the host that requires it. */
async function dpopCheck({ engine, publicUrl, clock, call }: InProcess): Promise<() => Promise<unknown>> {
  const key = makeDpopKey()
  const proofFor = (path: string, token?: string) =>
    makeDpopProof(key, { method: 'POST', url: publicUrl + path, now: clock.now(), ...(token !== undefined && { token }) })
  const { json } = await call('POST', '/access/login', { headers: { dpop: proofFor('/access/login') }, body: ALICE })
  const headers = new Map([
    ['authorization', json.token],
    ['dpop', proofFor('/orders', json.token)],
  ])
  const guard = createGuard(engine)
  const request = { method: 'POST', target: '/orders', header: (name: string) => headers.get(name) ?? null }
  await guard(request)
  return async () => {
    if (!(await guard(request, { auth: 'dpop' })).ok) throw new Error('The DPoP proof was refused')
  }
}

async function measureAllocations(context: Context): Promise<readonly Row[]> {
  const bySession = await allocations(context, [LIMITS.cookies, LATCHKEY_SUBJECTS.library], 'checkSession', 'limit: parse and Map')
  const byToken = await allocations(context, [LIMITS.tokens, LATCHKEY_SUBJECTS.library], 'checkToken', 'limit: slice and Map')
  return [...bySession, ...byToken]
}

async function allocations(context: Context, files: readonly string[], which: 'checkSession' | 'checkToken', limit: string) {
  return withSubjects(context, files, async (subjects) => {
    const measured: Measurement[] = []
    for (const subject of subjects) {
      await subject.check(which, 200)
      const values: number[] = []
      for (let round = 0; round < context.rounds; round += 1) values.push(await subject.allocation(which))
      measured.push({ subject: subject.ready.name, values })
    }
    return toRows(`counts: bytes allocated per warm check, ${which === 'checkSession' ? 'session' : 'token'}`, 'bytes', measured, limit)
  })
}
