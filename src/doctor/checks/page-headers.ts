// The pages keep the headers that protect them.

import type { CheckFunction } from '../finding.ts'
import { headerValues } from '../http-exchange.ts'

const REQUIRED_HEADERS = [
  ['content-security-policy', /frame-ancestors 'none'/, 'other sites can put the sign-in page into a frame'],
  ['x-content-type-options', /^nosniff$/i, 'browsers guess what an answer is'],
  ['referrer-policy', /./, 'addresses are told to other sites'],
] as const

export const checkPageHeaders: CheckFunction = ({ steps }) => {
  const page = steps.signInPage.find(({ status, body }) => status === 200 && /name="password"/.test(body))
  if (page === undefined) return 'its pages are not served here'
  return REQUIRED_HEADERS.flatMap(([name, needed, otherwise]) => {
    const values = headerValues(page, name)
    if (values.length === 0 || !needed.test(values[0] ?? ''))
      return [
        {
          what: `The sign-in page came without ${name}: ${otherwise}.`,
          fix: `Take \`proxy_hide_header ${name}\` out of nginx, or what removes headers elsewhere.`,
        },
      ]
    if (values.length > 1 || values[0]?.includes(', default-src'))
      return [
        {
          what: `The sign-in page came with ${name} twice: both hold, and its scripts may be stopped.`,
          fix: `Take \`add_header ${name}\` out of the part of nginx that leads to Latchkey.`,
        },
      ]
    return []
  })
}
