// Every server knows the same sessions, and what ended is refused by all of them.

import { cachedExchanges } from '../cached-responses.ts'
import { type CheckFunction, FROM_CACHE, NOT_SIGNED_IN } from '../finding.ts'
import { type Exchange, processIdOf } from '../http-exchange.ts'

/** Milliseconds within which an ending reaches everybody. */
const MAX_REVOCATION_DELAY_MS = 1_000

const SHARE_STORE_FIX =
  'Give every server the same DATABASE_URL, the same REDIS_URL if there is one, and the same LATCHKEY_SECRET. A file of SQLite is shared by processes of one machine only.'

export const checkSharedSessions: CheckFunction = (visit) => {
  const asked = [...visit.steps.byCookie, ...visit.steps.byToken]
  if (asked.length === 0) return NOT_SIGNED_IN
  const cached = cachedExchanges(visit)
  const fresh = asked.filter((exchange) => !cached.has(exchange))
  if (fresh.length === 0) return FROM_CACHE
  const accepting = fresh.filter(({ status }) => status === 200)
  const refusing = fresh.filter(({ status }) => status === 401)
  // What no server accepts was lost on the way, which is told elsewhere.
  const inconsistent = refusing.filter((exchange) =>
    accepting.some(({ requestHeaders }) => sameCredential(requestHeaders, exchange.requestHeaders)),
  )
  if (inconsistent.length === 0) return []
  return [
    {
      what: `A session is known to some servers and unknown to others (${namesOf(inconsistent)}): people are signed out at random.`,
      fix: SHARE_STORE_FIX,
    },
  ]
}

export const checkRevocation: CheckFunction = (visit) => {
  const { logout, afterLogout } = visit.steps
  const ended = logout.find(({ status }) => status === 200)
  if (ended === undefined) return logout.length === 0 ? NOT_SIGNED_IN : 'the sign-out did not arrive'
  const cached = cachedExchanges(visit)
  const fresh = afterLogout.filter((exchange) => !cached.has(exchange))
  if (fresh.length === 0) return FROM_CACHE
  const late = fresh.filter(({ status, sentAt }) => status === 200 && sentAt > ended.receivedAt + MAX_REVOCATION_DELAY_MS)
  if (late.length === 0) return []
  return [{ what: `What was signed out is still accepted after a second (${namesOf(late)}).`, fix: SHARE_STORE_FIX }]
}

function sameCredential(one: Exchange['requestHeaders'], other: Exchange['requestHeaders']): boolean {
  return one.cookie === other.cookie && one.authorization === other.authorization
}

function namesOf(exchanges: readonly Exchange[]): string {
  return [...new Set(exchanges.map((exchange) => `${exchange.address}, process ${processIdOf(exchange) ?? 'unknown'}`))].join('; ')
}
