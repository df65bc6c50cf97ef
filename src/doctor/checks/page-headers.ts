// Checks that the pages arrive with their security headers.

import type { CheckFunction } from '../finding.ts'
import { headerValues } from '../http-exchange.ts'

const REQUIRED_HEADERS = [
  ['content-security-policy', /frame-ancestors 'none'/, 'other sites can frame the sign-in page'],
  ['x-content-type-options', /^nosniff$/i, 'browsers guess the content type'],
  ['referrer-policy', /./, 'URLs are sent to other sites as Referer'],
] as const

export const checkPageHeaders: CheckFunction = ({ steps }) => {
  const page = steps.signInPage.find(({ status, body }) => status === 200 && /name="password"/.test(body))
  if (page === undefined) return 'the pages of Latchkey are not served here'
  return REQUIRED_HEADERS.flatMap(([name, required, risk]) => {
    const values = headerValues(page, name)
    if (values.length === 0 || !required.test(values[0] ?? ''))
      return [
        {
          what: `The sign-in page arrived without ${name}: ${risk}.`,
          fix: `nginx: remove \`proxy_hide_header ${name}\`. Other proxies: pass the header on.`,
        },
      ]
    if (values.length > 1 || values[0]?.includes(', default-src'))
      return [
        {
          what: `The sign-in page arrived with ${name} twice: browsers apply both, and may block its scripts.`,
          fix: `nginx: remove \`add_header ${name}\` from the location of Latchkey.`,
        },
      ]
    return []
  })
}
