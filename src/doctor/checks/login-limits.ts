// Checks that password guesses are limited, and that all servers share the count.

import type { CheckFunction, Finding } from '../finding.ts'
import { type Exchange, errorCodeOf } from '../http-exchange.ts'

export const checkLoginLimits: CheckFunction = ({ steps }) => {
  const { guesses, skewedGuesses } = steps
  if (guesses.length === 0) return 'no sign-in could be tried'
  const refused = guesses.find(({ status }) => status === 429)
  if (refused === undefined) {
    if (guesses.some((exchange) => errorCodeOf(exchange) !== 'credentials.invalid')) return 'the sign-ins were not answered by Latchkey'
    return [
      {
        what: `${guesses.length} wrong passwords for one username were not rate-limited.`,
        fix: 'Set LATCHKEY_LOGIN_LIMIT=10/5m,100/5m, which is the default.',
      },
    ]
  }
  if (errorCodeOf(refused) !== 'rate.limited') return 'a rate limit of the proxy applied first'
  if (!countsDiffer(guesses, skewedGuesses)) return []
  return [NOT_SHARED]
}

const NOT_SHARED: Finding = {
  what: 'Each server counts wrong passwords separately: an attacker who spreads guesses over all servers gets a multiple of the limit.',
  fix: 'Give every server the same REDIS_URL, or the same DATABASE_URL.',
}

/** A shared count refuses after the same number of guesses on every server, and goes on refusing. */
function countsDiffer(even: readonly Exchange[], skewed: readonly Exchange[]): boolean {
  const [taken, takenSkewed] = [attemptsBeforeLimit(even), attemptsBeforeLimit(skewed)]
  const isInconsistent = [even, skewed].some((guesses) =>
    guesses.slice(attemptsBeforeLimit(guesses) ?? guesses.length).some(({ status }) => status === 401),
  )
  return isInconsistent || (taken !== undefined && takenSkewed !== undefined && taken !== takenSkewed)
}

function attemptsBeforeLimit(guesses: readonly Exchange[]): number | undefined {
  const first = guesses.findIndex(({ status }) => status === 429)
  return first === -1 ? undefined : first
}
