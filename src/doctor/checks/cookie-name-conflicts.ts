// Checks that no other Latchkey on this machine has the same cookie names: cookies are shared by all ports of a host.

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
  return steps.otherPorts
    .filter((page) => cookieNameFromPage(page) === stem && !own.has(processIdOf(page)))
    .map(({ address }) => ({
      what: `Another Latchkey at ${address} uses the cookie names ${stem}_… too, and browsers send cookies to every port of a host: each signs out the users of the other.`,
      fix: `Give one of the two another LATCHKEY_COOKIE_NAME, such as ${stem === 'latchkey' ? 'latchkey-2' : 'latchkey'}.`,
    }))
}
