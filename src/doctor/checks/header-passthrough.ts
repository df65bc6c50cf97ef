// What a request needs arrives: cookies, Authorization, every method, whole bodies; and refusals come back as they are.

import { cachedExchanges } from '../cached-responses.ts'
import { type CheckFunction, type Finding, FROM_CACHE, NOT_SIGNED_IN } from '../finding.ts'
import { type Exchange, errorCodeOf, header, processIdOf } from '../http-exchange.ts'
import type { Step } from '../visit/steps.ts'

export const checkCookieForwarded = headerForwardedCheck('byCookie', {
  what: 'The Cookie header does not reach Latchkey: who is signed in by a cookie counts as signed out.',
  fix: 'Take `proxy_set_header Cookie …` out of nginx, or what drops Cookie elsewhere.',
})

export const checkAuthorizationForwarded = headerForwardedCheck('byToken', {
  what: 'The Authorization header does not reach Latchkey: tokens count for nothing, and nobody can change anything.',
  fix: 'Take `proxy_set_header Authorization …` and `auth_basic` out of nginx. Apache with (F)CGI needs `CGIPassAuth On`.',
})

/** Wrong only where no answer shows that it arrived: that some do not know a session is told elsewhere. */
function headerForwardedCheck(step: Step, finding: Finding): CheckFunction {
  return (visit) => {
    const exchanges = visit.steps[step]
    if (exchanges.length === 0) return NOT_SIGNED_IN
    const cached = cachedExchanges(visit)
    const fresh = exchanges.filter((exchange) => !cached.has(exchange))
    if (fresh.length === 0) return FROM_CACHE
    return fresh.some(({ status }) => status === 200) ? [] : [finding]
  }
}

export const checkMethods: CheckFunction = ({ steps }) => {
  const asked = [...steps.put, ...steps.delete]
  if (asked.length === 0) return NOT_SIGNED_IN
  return asked
    .filter((exchange) => !isFromLatchkey(exchange))
    .map(({ method, status, failure }) => ({
      what: `${method} does not reach Latchkey: the answer was ${failure ?? status}.`,
      fix: `Let GET, POST, PUT, PATCH, DELETE and OPTIONS through: \`limit_except\` and rules of a web application firewall may stop ${method}.`,
    }))
}

export const checkRequestBodies: CheckFunction = ({ steps }) => {
  const [patch] = steps.patch
  if (patch === undefined) return NOT_SIGNED_IN
  if (isFromLatchkey(patch)) return []
  return [
    {
      what: `A PATCH of 15 KB was answered with ${patch.failure ?? patch.status}, and not by Latchkey, which takes bodies of 64 KiB.`,
      fix: 'nginx: `client_max_body_size 64k;` or more in the server that leads to Latchkey. Where PATCH itself is refused, let it through.',
    },
  ]
}

export const checkErrorResponses: CheckFunction = ({ steps }) => {
  const refusals = steps.signedOut.filter(({ status }) => status === 401)
  if (refusals.length === 0) return 'nothing was refused'
  const replaced = refusals.find((exchange) => errorCodeOf(exchange) === undefined)
  if (replaced === undefined) return []
  return [
    {
      what: `A refusal comes back as ${header(replaced, 'content-type') ?? 'something'} without its code: pages cannot tell why, and renew no token.`,
      fix: 'Take `proxy_intercept_errors on` and `error_page` out of the part of nginx that leads to Latchkey.',
    },
  ]
}

function isFromLatchkey(exchange: Exchange): boolean {
  return exchange.status !== 0 && (exchange.status < 400 ? processIdOf(exchange) !== undefined : errorCodeOf(exchange) !== undefined)
}
