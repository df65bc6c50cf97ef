// One check in process, as an adapter calls it: by session cookie, by token, by a token that nobody has seen, and by one with a proof
// of its key.

import type { Check } from '../child.ts'
import type { Context } from '../context.ts'
import { inRounds, measuredOf } from '../rounds.ts'
import { type Goal, type Row, rowsOf } from '../rows.ts'
import { withSubjects } from '../started.ts'
import { LIMITS, OURS, PEER_FILES } from '../subjects.ts'

export async function check(context: Context): Promise<readonly Row[]> {
  const warm = await measure(
    context,
    'checkSession',
    'check: warm session',
    [LIMITS.cookies, OURS.library, OURS.postgres, OURS.redis, ...PEER_FILES],
    'limit: parse and Map',
    [
      { name: 'P1', subject: 'Latchkey', against: 'limit: parse and Map', atMost: 1.5 },
      { name: 'P8', subject: 'Latchkey on PostgreSQL', against: 'Latchkey', atMost: 1.2 },
      { name: 'P8', subject: 'Latchkey on Redis', against: 'Latchkey', atMost: 1.2 },
    ],
  )
  const bound = await measure(
    context,
    'checkSession',
    'check: warm session, bound to its device',
    [LIMITS.twoCookies, OURS.bound],
    'limit: parse two cookies, Map, compare',
    [{ name: 'P1', subject: 'Latchkey, bound', against: 'limit: parse two cookies, Map, compare', atMost: 1.5 }],
  )
  const cold = await measure(context, 'checkColdSession', 'check: cold session', [OURS.cold, OURS.postgres, OURS.redis], 'Latchkey, cold', [
    { name: 'P3', subject: 'Latchkey, cold', below: 40 },
  ])
  return [...warm, ...bound, ...cold]
}

export async function token(context: Context): Promise<readonly Row[]> {
  const warm = await measure(context, 'checkToken', 'token: warm', [LIMITS.tokens, OURS.library, ...PEER_FILES], 'limit: slice and Map', [
    { name: 'P2', subject: 'Latchkey', against: 'limit: slice and Map', atMost: 1.5 },
    { name: 'P2', subject: 'Latchkey', against: 'fast-jwt (EdDSA, cache)', atMost: 1 },
    { name: 'P2', subject: 'Latchkey', against: 'jose (EdDSA)', atMost: 0.02 },
  ])
  const cold = await measure(
    context,
    'checkColdToken',
    'token: cold',
    [LIMITS.crypto, OURS.cold, ...PEER_FILES],
    'limit: raw node:crypto, Ed25519',
    [{ name: 'P3', subject: 'Latchkey, cold', against: 'limit: raw node:crypto, Ed25519', atMost: 1.15 }],
  )
  return [...warm, ...cold]
}

export async function proof(context: Context): Promise<readonly Row[]> {
  const files = [LIMITS.proof, OURS.proven]
  return measure(context, 'checkProof', 'token: with a proof of its key', files, 'limit: raw node:crypto, ES256')
}

async function measure(
  context: Context,
  which: Check,
  name: string,
  files: readonly string[],
  limit: string,
  goals: readonly Goal[] = [],
): Promise<readonly Row[]> {
  return withSubjects(context, files, async (subjects) => {
    const contestants = subjects
      .filter(({ ready }) => ready.can.includes(which) || ready.fault !== undefined)
      .map((subject) => ({
        name: subject.ready.name,
        fault: subject.ready.fault,
        run: () => subject.check(which, context.quick ? 150 : 500),
      }))
    const results = await inRounds(contestants, context.rounds, context.tell)
    return rowsOf(
      name,
      'µs',
      measuredOf(results, (value) => value),
      limit,
      goals,
    )
  })
}
