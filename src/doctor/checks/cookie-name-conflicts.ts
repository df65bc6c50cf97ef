// No other Latchkey on this machine uses the same cookies: cookies know no ports.

import { cookieNameFromPage, cookieNameFromSignIn } from '../cookie-names.ts'
import { type CheckFunction, NOT_SIGNED_IN } from '../finding.ts'
import { processIdOf } from '../http-exchange.ts'
import { isLoopbackHost } from '../is-loopback.ts'

export const checkCookieNameConflicts: CheckFunction = ({ url, steps }) => {
  if (!isLoopbackHost(url)) return []
  const [signIn] = steps.signIn
  if (signIn === undefined) return NOT_SIGNED_IN
  const stem = cookieNameFromSignIn(signIn)
  const own = new Set([...steps.reached, ...steps.signedOut, ...steps.signIn].map(processIdOf))
  return steps.neighbours
    .filter((page) => cookieNameFromPage(page) === stem && !own.has(processIdOf(page)))
    .map(({ address }) => ({
      what: `Another Latchkey at ${address} names its cookies ${stem}_… too, and browsers send them to every port of a host: the two sign each other's users out.`,
      fix: `LATCHKEY_COOKIE_NAME: another name for one of the two, such as ${stem === 'latchkey' ? 'latchkey-2' : 'latchkey'}.`,
    }))
}
