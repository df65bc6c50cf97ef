// No other Latchkey on this machine uses the same cookies: cookies know no ports.

import { stemOfPage, stemOfSignIn } from '../cookie-stem.ts'
import { processOf } from '../exchange.ts'
import { type Judge, NOT_SIGNED_IN } from '../finding.ts'
import { isOnThisMachine } from '../this-machine.ts'

export const judgeNeighbours: Judge = ({ url, steps }) => {
  if (!isOnThisMachine(url)) return []
  const [signIn] = steps.signIn
  if (signIn === undefined) return NOT_SIGNED_IN
  const stem = stemOfSignIn(signIn)
  const own = new Set([...steps.reached, ...steps.signedOut, ...steps.signIn].map(processOf))
  return steps.neighbours
    .filter((page) => stemOfPage(page) === stem && !own.has(processOf(page)))
    .map(({ address }) => ({
      what: `Another Latchkey at ${address} names its cookies ${stem}_… too, and browsers send them to every port of a host: the two sign each other's users out.`,
      mend: `LATCHKEY_COOKIE_NAME: another name for one of the two, such as ${stem === 'latchkey' ? 'latchkey-2' : 'latchkey'}.`,
    }))
}
