// Every server knows the same sessions, and what ended is refused by all of them.

import { fromCache } from '../cached.ts'
import { type Exchange, processOf } from '../exchange.ts'
import { FROM_A_CACHE, type Judge, NOT_SIGNED_IN } from '../finding.ts'

/** Milliseconds within which an ending reaches everybody. */
const PROMISED = 1_000

const SAME_STORE =
  'Give every server the same DATABASE_URL, the same REDIS_URL if there is one, and the same LATCHKEY_SECRET. A file of SQLite is shared by processes of one machine only.'

export const judgeShared: Judge = (visit) => {
  const asked = [...visit.steps.byCookie, ...visit.steps.byToken]
  if (asked.length === 0) return NOT_SIGNED_IN
  const cached = fromCache(visit)
  const fresh = asked.filter((exchange) => !cached.has(exchange))
  if (fresh.length === 0) return FROM_A_CACHE
  const knows = fresh.filter(({ status }) => status === 200)
  const knowsNothing = fresh.filter(({ status }) => status === 401)
  // What no server accepts was lost on the way, which is told elsewhere.
  const strangers = knowsNothing.filter((exchange) => knows.some(({ asked }) => sameProof(asked, exchange.asked)))
  if (strangers.length === 0) return []
  return [
    {
      what: `A session is known to some servers and unknown to others (${namesOf(strangers)}): people are signed out at random.`,
      mend: SAME_STORE,
    },
  ]
}

export const judgeEndings: Judge = (visit) => {
  const { logout, afterLogout } = visit.steps
  const ended = logout.find(({ status }) => status === 200)
  if (ended === undefined) return logout.length === 0 ? NOT_SIGNED_IN : 'the sign-out did not arrive'
  const cached = fromCache(visit)
  const fresh = afterLogout.filter((exchange) => !cached.has(exchange))
  if (fresh.length === 0) return FROM_A_CACHE
  const late = fresh.filter(({ status, sentAt }) => status === 200 && sentAt > ended.receivedAt + PROMISED)
  if (late.length === 0) return []
  return [{ what: `What was signed out is still accepted after a second (${namesOf(late)}).`, mend: SAME_STORE }]
}

function sameProof(one: Exchange['asked'], other: Exchange['asked']): boolean {
  return one.cookie === other.cookie && one.authorization === other.authorization
}

function namesOf(exchanges: readonly Exchange[]): string {
  return [...new Set(exchanges.map((exchange) => `${exchange.address}, process ${processOf(exchange) ?? 'unknown'}`))].join('; ')
}
