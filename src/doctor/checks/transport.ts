// Nothing travels in the clear.

import { type CheckFunction, type Finding, NOT_SIGNED_IN } from '../finding.ts'
import { header, headerValues } from '../http-exchange.ts'
import { isLoopbackHost } from '../is-loopback.ts'
import { assumesPlainHttp } from './public-url.ts'

/** Milliseconds of a fortnight: certificates are renewed earlier. */
const CERTIFICATE_WARNING_MS = 14 * 24 * 3_600_000

export const checkTls: CheckFunction = ({ url, steps }) => {
  if (url.protocol === 'http:') {
    if (isLoopbackHost(url)) return []
    return [
      {
        what: 'Passwords and cookies travel in the clear.',
        fix: `Serve https: TLS_CERT and TLS_KEY, or TLS at the proxy; then LATCHKEY_PUBLIC_URL=https://${url.hostname}`,
      },
    ]
  }
  const ending = steps.reached.find(
    ({ certificateExpiresAt, receivedAt }) => certificateExpiresAt !== null && certificateExpiresAt - receivedAt < CERTIFICATE_WARNING_MS,
  )
  if (ending === undefined) return []
  const until = new Date(ending.certificateExpiresAt ?? 0).toISOString().slice(0, 10)
  return [
    {
      what: `The certificate at ${ending.address} is good until ${until} only.`,
      fix: 'Renew it, and look why that is not done by itself.',
    },
  ]
}

export const checkRedirect: CheckFunction = ({ steps }) => {
  if (steps.plain.length === 0) return 'there is no address without TLS to look at'
  const served = steps.plain.find((exchange) => {
    const location = header(exchange, 'location') ?? ''
    return exchange.status >= 200 && exchange.status < 400 && !(exchange.status >= 300 && location.startsWith('https:'))
  })
  if (served === undefined) return []
  return [
    {
      what: `Without TLS ${served.address} answers with ${served.status} instead of leading to https: passwords may be typed into it.`,
      fix: 'nginx, in the server on port 80: `return 308 https://$host$request_uri;`. Caddy does it by itself.',
    },
  ]
}

export const checkHsts: CheckFunction = ({ url, steps }) => {
  if (url.protocol === 'http:') return 'it is for https alone'
  const answers = steps.byToken
  if (answers.length === 0) return NOT_SIGNED_IN
  if (assumesPlainHttp(url, steps.signIn)) return 'Latchkey takes itself for reached without TLS'
  const wrong = answers.map((exchange) => headerValues(exchange, 'strict-transport-security')).find((values) => !isLong(values))
  if (wrong === undefined) return []
  const findings: Finding[] = [
    {
      what:
        wrong.length === 0
          ? 'Strict-Transport-Security is missing: a browser may be led astray before it comes to https.'
          : `Strict-Transport-Security is ${wrong.join(', ')}: it should come once, and hold for half a year at least.`,
      fix: 'Take `proxy_hide_header` and `add_header Strict-Transport-Security` out of nginx: Latchkey sends it itself.',
    },
  ]
  return findings
}

const HALF_A_YEAR = 15_552_000

function isLong([value = '', ...more]: readonly string[]): boolean {
  return more.length === 0 && Number(/\bmax-age="?(\d+)/i.exec(value)?.[1] ?? 0) >= HALF_A_YEAR
}
