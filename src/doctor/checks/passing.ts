// What a request needs arrives: cookies, Authorization, every method, whole bodies; and refusals come back as they are.

import { fromCache } from '../cached.ts'
import { codeOf, type Exchange, header, processOf } from '../exchange.ts'
import { type Finding, FROM_A_CACHE, type Judge, NOT_SIGNED_IN } from '../finding.ts'
import type { Step } from '../visit/steps.ts'

export const judgeCookiePasses = mustPass('byCookie', {
  what: 'The Cookie header does not reach Latchkey: who is signed in by a cookie counts as signed out.',
  mend: 'Take `proxy_set_header Cookie …` out of nginx, or what drops Cookie elsewhere.',
})

export const judgeAuthorizationPasses = mustPass('byToken', {
  what: 'The Authorization header does not reach Latchkey: tokens count for nothing, and nobody can change anything.',
  mend: 'Take `proxy_set_header Authorization …` and `auth_basic` out of nginx. Apache with (F)CGI needs `CGIPassAuth On`.',
})

/** Wrong only where no answer shows that it arrived: that some do not know a session is told elsewhere. */
function mustPass(step: Step, finding: Finding): Judge {
  return (visit) => {
    const exchanges = visit.steps[step]
    if (exchanges.length === 0) return NOT_SIGNED_IN
    const cached = fromCache(visit)
    const fresh = exchanges.filter((exchange) => !cached.has(exchange))
    if (fresh.length === 0) return FROM_A_CACHE
    return fresh.some(({ status }) => status === 200) ? [] : [finding]
  }
}

export const judgeMethods: Judge = ({ steps }) => {
  const asked = [...steps.put, ...steps.delete]
  if (asked.length === 0) return NOT_SIGNED_IN
  return asked
    .filter((exchange) => !isLatchkeys(exchange))
    .map(({ method, status, failure }) => ({
      what: `${method} does not reach Latchkey: the answer was ${failure ?? status}.`,
      mend: `Let GET, POST, PUT, PATCH, DELETE and OPTIONS through: \`limit_except\` and rules of a web application firewall may stop ${method}.`,
    }))
}

export const judgeBodies: Judge = ({ steps }) => {
  const [patch] = steps.patch
  if (patch === undefined) return NOT_SIGNED_IN
  if (isLatchkeys(patch)) return []
  return [
    {
      what: `A PATCH of 15 KB was answered with ${patch.failure ?? patch.status}, and not by Latchkey, which takes bodies of 64 KiB.`,
      mend: 'nginx: `client_max_body_size 64k;` or more in the server that leads to Latchkey. Where PATCH itself is refused, let it through.',
    },
  ]
}

export const judgeRefusals: Judge = ({ steps }) => {
  const refusals = steps.signedOut.filter(({ status }) => status === 401)
  if (refusals.length === 0) return 'nothing was refused'
  const replaced = refusals.find((exchange) => codeOf(exchange) === undefined)
  if (replaced === undefined) return []
  return [
    {
      what: `A refusal comes back as ${header(replaced, 'content-type') ?? 'something'} without its code: pages cannot tell why, and renew no token.`,
      mend: 'Take `proxy_intercept_errors on` and `error_page` out of the part of nginx that leads to Latchkey.',
    },
  ]
}

function isLatchkeys(exchange: Exchange): boolean {
  return exchange.status !== 0 && (exchange.status < 400 ? processOf(exchange) !== undefined : codeOf(exchange) !== undefined)
}
