// Measures one check in process, as an adapter calls it: by session cookie and by token, cached and uncached, and with a DPoP proof.

import type { Check } from '../child.ts'
import type { Context } from '../context.ts'
import { inRounds, measuredOf } from '../rounds.ts'
import { type Goal, type Row, toRows } from '../rows.ts'
import { LATCHKEY_SUBJECTS, LIMITS, PEER_FILES } from '../subjects.ts'
import { withSubjects } from '../with-subjects.ts'

export async function check(context: Context): Promise<readonly Row[]> {
  const warm = await measure(
    context,
    'checkSession',
    'check: warm session',
    [LIMITS.cookies, LATCHKEY_SUBJECTS.library, LATCHKEY_SUBJECTS.postgres, LATCHKEY_SUBJECTS.redis, ...PEER_FILES],
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
    [LIMITS.twoCookies, LATCHKEY_SUBJECTS.deviceBound],
    'limit: parse two cookies, Map, compare',
    [{ name: 'P1', subject: 'Latchkey, bound', against: 'limit: parse two cookies, Map, compare', atMost: 1.5 }],
  )
  const cold = await measure(
    context,
    'checkUncachedSession',
    'check: cold session',
    [LATCHKEY_SUBJECTS.uncached, LATCHKEY_SUBJECTS.postgres, LATCHKEY_SUBJECTS.redis],
    'Latchkey, cold',
    [{ name: 'P3', subject: 'Latchkey, cold', below: 40 }],
  )
  return [...warm, ...bound, ...cold]
}

export async function token(context: Context): Promise<readonly Row[]> {
  const warm = await measure(
    context,
    'checkToken',
    'token: warm',
    [LIMITS.tokens, LATCHKEY_SUBJECTS.library, ...PEER_FILES],
    'limit: slice and Map',
    [
      { name: 'P2', subject: 'Latchkey', against: 'limit: slice and Map', atMost: 1.5 },
      { name: 'P2', subject: 'Latchkey', against: 'fast-jwt (EdDSA, cache)', atMost: 1 },
      { name: 'P2', subject: 'Latchkey', against: 'jose (EdDSA)', atMost: 0.02 },
    ],
  )
  const cold = await measure(
    context,
    'checkUncachedToken',
    'token: cold',
    [LIMITS.ed25519, LATCHKEY_SUBJECTS.uncached, ...PEER_FILES],
    'limit: raw node:crypto, Ed25519',
    [{ name: 'P3', subject: 'Latchkey, cold', against: 'limit: raw node:crypto, Ed25519', atMost: 1.15 }],
  )
  return [...warm, ...cold]
}

export async function dpop(context: Context): Promise<readonly Row[]> {
  const files = [LIMITS.es256, LATCHKEY_SUBJECTS.dpop]
  return measure(context, 'checkDpop', 'token: with a proof of its key', files, 'limit: raw node:crypto, ES256')
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
    const entries = subjects
      .filter(({ ready }) => ready.capabilities.includes(which) || ready.fault !== undefined)
      .map((subject) => ({
        name: subject.ready.name,
        fault: subject.ready.fault,
        run: () => subject.check(which, context.quick ? 150 : 500),
      }))
    const results = await inRounds(entries, context.rounds, context.reportProgress)
    return toRows(
      name,
      'µs',
      measuredOf(results, (value) => value),
      limit,
      goals,
    )
  })
}
