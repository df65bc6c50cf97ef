// Checks that cookies, Authorization, every method and whole bodies reach Latchkey, and that error responses arrive unchanged.

import { cachedExchanges } from '../cached-responses.ts'
import { type CheckFunction, type Finding, FROM_CACHE, NOT_SIGNED_IN } from '../finding.ts'
import { type Exchange, errorCodeOf, header, processIdOf } from '../http-exchange.ts'
import type { Step } from '../probe/steps.ts'

export const checkCookieForwarded = headerForwardedCheck('byCookie', {
  what: 'The Cookie header does not reach Latchkey: users who are signed in by cookie count as signed out.',
  fix: 'nginx: remove `proxy_set_header Cookie …`. Other proxies: pass Cookie on.',
})

export const checkAuthorizationForwarded = headerForwardedCheck('byToken', {
  what: 'The Authorization header does not reach Latchkey: tokens have no effect, and users cannot change anything.',
  fix: 'nginx: remove `proxy_set_header Authorization …` and `auth_basic`. Apache with (F)CGI: set `CGIPassAuth On`.',
})

/** Fails only if no response shows that the header arrived: sessions that only some servers know are found by `shared-sessions`. */
function headerForwardedCheck(step: Step, finding: Finding): CheckFunction {
  return (result) => {
    const exchanges = result.steps[step]
    if (exchanges.length === 0) return NOT_SIGNED_IN
    const cached = cachedExchanges(result)
    const fresh = exchanges.filter((exchange) => !cached.has(exchange))
    if (fresh.length === 0) return FROM_CACHE
    return fresh.some(({ status }) => status === 200) ? [] : [finding]
  }
}

export const checkMethods: CheckFunction = ({ steps }) => {
  const exchanges = [...steps.put, ...steps.delete]
  if (exchanges.length === 0) return NOT_SIGNED_IN
  return exchanges
    .filter((exchange) => !isFromLatchkey(exchange))
    .map(({ method, status, failure }) => ({
      what: `${method} does not reach Latchkey: the response was ${failure ?? status}.`,
      fix: `Allow GET, POST, PUT, PATCH, DELETE and OPTIONS: \`limit_except\` or a rule of a web application firewall may block ${method}.`,
    }))
}

export const checkRequestBodies: CheckFunction = ({ steps }) => {
  const [patch] = steps.patch
  if (patch === undefined) return NOT_SIGNED_IN
  if (isFromLatchkey(patch)) return []
  return [
    {
      what: `A PATCH of 15 KB was answered with ${patch.failure ?? patch.status}, and not by Latchkey, which accepts bodies of 64 KiB.`,
      fix: 'nginx: set `client_max_body_size 64k;` or more in the server block of Latchkey. If the proxy blocks PATCH, allow it.',
    },
  ]
}

export const checkErrorResponses: CheckFunction = ({ steps }) => {
  const errors = steps.signedOut.filter(({ status }) => status === 401)
  if (errors.length === 0) return 'no request was refused'
  const replaced = errors.find((exchange) => errorCodeOf(exchange) === undefined)
  if (replaced === undefined) return []
  return [
    {
      what: `An error response arrives as ${header(replaced, 'content-type') ?? 'an unknown type'} without its code: pages cannot show the reason, and do not renew tokens.`,
      fix: 'nginx: remove `proxy_intercept_errors on` and `error_page` from the location of Latchkey.',
    },
  ]
}

function isFromLatchkey(exchange: Exchange): boolean {
  return exchange.status !== 0 && (exchange.status < 400 ? processIdOf(exchange) !== undefined : errorCodeOf(exchange) !== undefined)
}
