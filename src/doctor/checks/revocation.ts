// Checks that all servers share the sessions, and that all of them refuse a revoked session.

import { cachedExchanges } from '../cached-responses.ts'
import { type CheckFunction, FROM_CACHE, NOT_SIGNED_IN } from '../finding.ts'
import { type Exchange, processIdOf } from '../http-exchange.ts'

/** Milliseconds within which every process must know of a revocation. */
const MAX_REVOCATION_DELAY_MS = 1_000

const SHARE_STORE_FIX =
  'Give every server the same DATABASE_URL, the same REDIS_URL if there is one, and the same LATCHKEY_SECRET. Only processes of one machine can share a SQLite file.'

export const checkSharedSessions: CheckFunction = (result) => {
  const exchanges = [...result.steps.byCookie, ...result.steps.byToken]
  if (exchanges.length === 0) return NOT_SIGNED_IN
  const cached = cachedExchanges(result)
  const fresh = exchanges.filter((exchange) => !cached.has(exchange))
  if (fresh.length === 0) return FROM_CACHE
  const accepting = fresh.filter(({ status }) => status === 200)
  const refusing = fresh.filter(({ status }) => status === 401)
  // A credential that no server accepts was lost on the way: other checks report that.
  const inconsistent = refusing.filter((exchange) =>
    accepting.some(({ requestHeaders }) => sameCredential(requestHeaders, exchange.requestHeaders)),
  )
  if (inconsistent.length === 0) return []
  return [
    {
      what: `Some servers know a session and others do not (${namesOf(inconsistent)}): users are signed out at random.`,
      fix: SHARE_STORE_FIX,
    },
  ]
}

export const checkRevocation: CheckFunction = (result) => {
  const { logout, afterLogout } = result.steps
  const ended = logout.find(({ status }) => status === 200)
  if (ended === undefined) return logout.length === 0 ? NOT_SIGNED_IN : 'the sign-out did not reach Latchkey'
  const cached = cachedExchanges(result)
  const fresh = afterLogout.filter((exchange) => !cached.has(exchange))
  if (fresh.length === 0) return FROM_CACHE
  const late = fresh.filter(({ status, sentAt }) => status === 200 && sentAt > ended.receivedAt + MAX_REVOCATION_DELAY_MS)
  if (late.length === 0) return []
  return [{ what: `A session is still accepted a second after its sign-out (${namesOf(late)}).`, fix: SHARE_STORE_FIX }]
}

function sameCredential(one: Exchange['requestHeaders'], other: Exchange['requestHeaders']): boolean {
  return one.cookie === other.cookie && one.authorization === other.authorization
}

function namesOf(exchanges: readonly Exchange[]): string {
  return [...new Set(exchanges.map((exchange) => `${exchange.address}, process ${processIdOf(exchange) ?? 'unknown'}`))].join('; ')
}
