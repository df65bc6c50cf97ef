// Checks TLS: the certificate, the redirect from plain HTTP, and HSTS.

import { type CheckFunction, type Finding, NOT_SIGNED_IN } from '../finding.ts'
import { header, headerValues } from '../http-exchange.ts'
import { isLoopbackHost } from '../is-loopback.ts'
import { assumesPlainHttp } from './public-url.ts'

/** Two weeks in milliseconds: automatic renewal happens earlier. */
const CERTIFICATE_WARNING_MS = 14 * 24 * 3_600_000

export const checkTls: CheckFunction = ({ url, steps }) => {
  if (url.protocol === 'http:') {
    if (isLoopbackHost(url)) return []
    return [
      {
        what: 'Passwords and cookies are sent without encryption.',
        fix: `Serve https: set TLS_CERT and TLS_KEY, or terminate TLS at the proxy. Then set LATCHKEY_PUBLIC_URL=https://${url.hostname}.`,
      },
    ]
  }
  const expiring = steps.reached.find(
    ({ certificateExpiresAt, receivedAt }) => certificateExpiresAt !== null && certificateExpiresAt - receivedAt < CERTIFICATE_WARNING_MS,
  )
  if (expiring === undefined) return []
  const until = new Date(expiring.certificateExpiresAt ?? 0).toISOString().slice(0, 10)
  return [
    {
      what: `The certificate at ${expiring.address} expires on ${until}.`,
      fix: 'Renew it, and check why it is not renewed automatically.',
    },
  ]
}

export const checkRedirect: CheckFunction = ({ steps }) => {
  if (steps.plain.length === 0) return 'there is no URL without TLS to check'
  const served = steps.plain.find((exchange) => {
    const location = header(exchange, 'location') ?? ''
    return exchange.status >= 200 && exchange.status < 400 && !(exchange.status >= 300 && location.startsWith('https:'))
  })
  if (served === undefined) return []
  return [
    {
      what: `Without TLS, ${served.address} answers with ${served.status} instead of a redirect to https: users may enter passwords there.`,
      fix: 'nginx, in the server on port 80: `return 308 https://$host$request_uri;`. Caddy redirects by default.',
    },
  ]
}

export const checkHsts: CheckFunction = ({ url, steps }) => {
  if (url.protocol === 'http:') return 'it applies only to https'
  const answers = steps.byToken
  if (answers.length === 0) return NOT_SIGNED_IN
  if (assumesPlainHttp(url, steps.signIn)) return 'the public URL of Latchkey is http'
  const wrong = answers.map((exchange) => headerValues(exchange, 'strict-transport-security')).find((values) => !isLong(values))
  if (wrong === undefined) return []
  const findings: Finding[] = [
    {
      what:
        wrong.length === 0
          ? 'Strict-Transport-Security is missing: an attacker can intercept the first request over plain HTTP.'
          : `Strict-Transport-Security is ${wrong.join(', ')}: it must be sent once, with a max-age of at least half a year.`,
      fix: 'nginx: remove `proxy_hide_header` and `add_header Strict-Transport-Security`. Latchkey sends it itself.',
    },
  ]
  return findings
}

const HALF_A_YEAR = 15_552_000

function isLong([value = '', ...more]: readonly string[]): boolean {
  return more.length === 0 && Number(/\bmax-age="?(\d+)/i.exec(value)?.[1] ?? 0) >= HALF_A_YEAR
}
