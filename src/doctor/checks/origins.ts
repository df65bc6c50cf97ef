// Checks that pages of foreign origins can read and change nothing, and that allowed origins can.

import { cachedExchanges } from '../cached-responses.ts'
import { type CheckFunction, type Finding, NOT_SIGNED_IN } from '../finding.ts'
import { type Exchange, errorCodeOf, header, headerValues } from '../http-exchange.ts'
import { FOREIGN_ORIGIN } from '../probe/test-addresses.ts'

const ALLOW_ORIGIN = 'access-control-allow-origin'

export const checkForeignOrigins: CheckFunction = ({ steps }) => {
  const granted = [...steps.foreignRead, ...steps.foreignPreflight].find((exchange) => headerValues(exchange, ALLOW_ORIGIN).length > 0)
  if (granted === undefined) return steps.foreignRead.length === 0 ? NOT_SIGNED_IN : []
  const value = headerValues(granted, ALLOW_ORIGIN).join(', ')
  const withCookies = header(granted, 'access-control-allow-credentials') === 'true'
  return [
    {
      what: `Pages of any origin can read responses: Access-Control-Allow-Origin is ${value === FOREIGN_ORIGIN ? 'the origin of the request' : value}${withCookies ? ', with cookies' : ''}.`,
      fix: `nginx: remove \`add_header Access-Control-Allow-Origin\`. Remove CORS middleware in front of Latchkey, which handles CORS itself, only for LATCHKEY_ALLOWED_ORIGINS.`,
    },
  ]
}

export const checkAllowedOrigins: CheckFunction = (result) => {
  const { url, steps } = result
  if (steps.allowedPreflight.length === 0) return 'no origin of an application was given (--origin), or the sign-in failed'
  const cached = cachedExchanges(result)
  return [...steps.allowedPreflight, ...steps.allowedRead]
    .filter((exchange) => !cached.has(exchange))
    .flatMap((exchange) => corsFindings(exchange, exchange.requestHeaders.origin ?? '', url))
    .slice(0, 1)
}

function corsFindings(exchange: Exchange, origin: string, url: URL): readonly Finding[] {
  const values = headerValues(exchange, ALLOW_ORIGIN)
  if (values.length === 0)
    return [
      {
        what: `${origin} is not allowed: its pages cannot read responses of Latchkey at ${url.origin}.`,
        fix: `Set LATCHKEY_ALLOWED_ORIGINS=${origin} (comma-separated for several). If it is set, check whether a proxy removes Access-Control-Allow-Origin.`,
      },
    ]
  if (values.length > 1 || values[0]?.includes(',') || values[0] !== origin)
    return [
      {
        what: `For ${origin} the response has Access-Control-Allow-Origin: ${values.join(', ')}, which browsers reject.`,
        fix: 'Let only Latchkey set it. nginx: remove `add_header Access-Control-…`. Remove CORS middleware in front of Latchkey.',
      },
    ]
  if (header(exchange, 'access-control-allow-credentials') !== 'true')
    return [
      {
        what: `For ${origin} the response lacks Access-Control-Allow-Credentials: browsers do not let pages read responses to requests with cookies.`,
        fix: 'Stop changing Access-Control headers in the proxy.',
      },
    ]
  if (exchange.method === 'OPTIONS' && !/\bauthorization\b/i.test(header(exchange, 'access-control-allow-headers') ?? ''))
    return [
      {
        what: `For ${origin} the preflight does not allow the Authorization header: its pages cannot send a token.`,
        fix: 'Pass OPTIONS to Latchkey instead of answering it in the proxy.',
      },
    ]
  return []
}

export const checkOriginForwarded: CheckFunction = ({ url, steps }) => {
  const [own] = steps.ownOrigin
  if (own === undefined) return NOT_SIGNED_IN
  const findings: Finding[] = []
  if (errorCodeOf(own) === 'origin.denied')
    findings.push({
      what: `Pages of ${url.origin} itself are refused as foreign.`,
      fix: `Set LATCHKEY_PUBLIC_URL=${url.origin}, exactly as browsers show it. nginx: remove \`proxy_set_header Origin …\`.`,
    })
  if (steps.foreignOrigin.some(({ status }) => status === 200))
    findings.push({
      what: 'A page of a foreign origin received a token: the Origin header does not reach Latchkey unchanged.',
      fix: 'nginx: remove `proxy_set_header Origin …`. Other proxies: pass Origin on unchanged. Check LATCHKEY_ALLOWED_ORIGINS.',
    })
  if (steps.crossSite.some(({ status }) => status === 200))
    findings.push({
      what: 'A cross-site request received a token: the Sec-Fetch-Site header does not reach Latchkey.',
      fix: 'nginx: remove `proxy_set_header Sec-Fetch-Site …`. Other proxies: pass the Sec-Fetch headers on.',
    })
  return findings
}

export const checkCookieOnlyRequest: CheckFunction = ({ steps }) => {
  const [change] = steps.cookieOnly
  if (change === undefined) return NOT_SIGNED_IN
  if (change.status !== 200) return []
  return [
    {
      what: 'A request with only a cookie changed data: a proxy adds an Authorization header to it, so that other sites can make changes too (CSRF).',
      fix: 'nginx: remove `proxy_set_header Authorization …`. Other proxies: do not turn the cookie into a header.',
    },
  ]
}
