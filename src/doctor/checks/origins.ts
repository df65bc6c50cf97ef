// Pages of other origins read nothing and change nothing; those that are allowed can.

import { cachedExchanges } from '../cached-responses.ts'
import { type CheckFunction, type Finding, NOT_SIGNED_IN } from '../finding.ts'
import { type Exchange, errorCodeOf, header, headerValues } from '../http-exchange.ts'
import { FOREIGN_ORIGIN } from '../visit/reserved-names.ts'

const ALLOW_ORIGIN = 'access-control-allow-origin'

export const checkForeignOrigins: CheckFunction = ({ steps }) => {
  const granted = [...steps.foreignRead, ...steps.foreignPreflight].find((exchange) => headerValues(exchange, ALLOW_ORIGIN).length > 0)
  if (granted === undefined) return steps.foreignRead.length === 0 ? NOT_SIGNED_IN : []
  const value = headerValues(granted, ALLOW_ORIGIN).join(', ')
  const withCookies = header(granted, 'access-control-allow-credentials') === 'true'
  return [
    {
      what: `A page of any origin is let in: Access-Control-Allow-Origin is ${value === FOREIGN_ORIGIN ? 'whatever origin asks' : value}${withCookies ? ', with cookies' : ''}.`,
      fix: `Take \`add_header Access-Control-Allow-Origin\` out of nginx, and CORS middleware out of what stands before Latchkey. It answers CORS itself, for LATCHKEY_ALLOWED_ORIGINS alone.`,
    },
  ]
}

export const checkAllowedOrigins: CheckFunction = (visit) => {
  const { url, steps } = visit
  if (steps.allowedPreflight.length === 0) return 'no origin of an application was named (--origin), or nobody was signed in'
  const cached = cachedExchanges(visit)
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
        what: `${origin} is not allowed: its pages cannot read what Latchkey at ${url.origin} answers.`,
        fix: `LATCHKEY_ALLOWED_ORIGINS=${origin}, with commas between several. Where it is set, look whether a proxy removes Access-Control-Allow-Origin.`,
      },
    ]
  if (values.length > 1 || values[0]?.includes(',') || values[0] !== origin)
    return [
      {
        what: `For ${origin} the answer has Access-Control-Allow-Origin: ${values.join(', ')}: browsers refuse it.`,
        fix: 'Only Latchkey may set it: take `add_header Access-Control-…` out of nginx, and CORS middleware out of what stands before it.',
      },
    ]
  if (header(exchange, 'access-control-allow-credentials') !== 'true')
    return [
      {
        what: `For ${origin} the answer lacks Access-Control-Allow-Credentials: browsers send no cookies.`,
        fix: 'Take what changes Access-Control headers out of the proxy.',
      },
    ]
  if (exchange.method === 'OPTIONS' && !/\bauthorization\b/i.test(header(exchange, 'access-control-allow-headers') ?? ''))
    return [
      {
        what: `For ${origin} the preflight does not allow the Authorization header: its pages cannot send a token.`,
        fix: 'Let OPTIONS through to Latchkey, and do not answer it in the proxy.',
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
      fix: `LATCHKEY_PUBLIC_URL=${url.origin}, exactly as browsers name it. Take \`proxy_set_header Origin …\` out of nginx.`,
    })
  if (steps.foreignOrigin.some(({ status }) => status === 200))
    findings.push({
      what: 'A page of another origin was given a token: the Origin header does not reach Latchkey as the browser sent it.',
      fix: 'Take `proxy_set_header Origin …` out of nginx, or what changes Origin elsewhere; and look at LATCHKEY_ALLOWED_ORIGINS.',
    })
  if (steps.crossSite.some(({ status }) => status === 200))
    findings.push({
      what: 'A request that says it comes from another site was given a token: Sec-Fetch-Site does not reach Latchkey.',
      fix: 'Take `proxy_set_header Sec-Fetch-Site …` out of nginx, or what drops Sec-Fetch headers elsewhere.',
    })
  return findings
}

export const checkCookieOnlyRequest: CheckFunction = ({ steps }) => {
  const [change] = steps.cookieAlone
  if (change === undefined) return NOT_SIGNED_IN
  if (change.status !== 200) return []
  return [
    {
      what: 'A cookie alone changed something: something on the way adds an Authorization header to it, and with it other sites can make changes too.',
      fix: 'Take `proxy_set_header Authorization …` out of nginx, or what makes a header of the cookie elsewhere.',
    },
  ]
}
