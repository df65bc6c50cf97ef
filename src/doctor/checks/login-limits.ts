// Guesses at a password are limited, and all servers count together.

import type { CheckFunction, Finding } from '../finding.ts'
import { type Exchange, errorCodeOf } from '../http-exchange.ts'

export const checkLoginLimits: CheckFunction = ({ steps }) => {
  const { guesses, skewedGuesses } = steps
  if (guesses.length === 0) return 'there was no sign-in to guess at'
  const refused = guesses.find(({ status }) => status === 429)
  if (refused === undefined) {
    if (guesses.some((exchange) => errorCodeOf(exchange) !== 'credentials.invalid')) return 'guesses were not answered by Latchkey'
    return [
      {
        what: `${guesses.length} wrong passwords for one name, and none was refused.`,
        fix: 'LATCHKEY_LOGIN_LIMIT=10/5m,100/5m, which is what holds where nothing is set.',
      },
    ]
  }
  if (errorCodeOf(refused) !== 'rate.limited') return 'a limit of the proxy came first'
  if (!countsDiffer(guesses, skewedGuesses)) return []
  return [NOT_SHARED]
}

const NOT_SHARED: Finding = {
  what: 'Each server counts wrong passwords for itself: who spreads guesses over all of them has as many times more.',
  fix: 'Give every server the same REDIS_URL, or the same DATABASE_URL.',
}

/** One count refuses after as many guesses whoever was asked, and refuses from then on. */
function countsDiffer(even: readonly Exchange[], skewed: readonly Exchange[]): boolean {
  const [taken, takenSkewed] = [attemptsBeforeLimit(even), attemptsBeforeLimit(skewed)]
  const wavers = [even, skewed].some((guesses) =>
    guesses.slice(attemptsBeforeLimit(guesses) ?? guesses.length).some(({ status }) => status === 401),
  )
  return wavers || (taken !== undefined && takenSkewed !== undefined && taken !== takenSkewed)
}

function attemptsBeforeLimit(guesses: readonly Exchange[]): number | undefined {
  const first = guesses.findIndex(({ status }) => status === 429)
  return first === -1 ? undefined : first
}
