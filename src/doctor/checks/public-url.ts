// Latchkey knows the address that people use.

import { type CheckFunction, NOT_SIGNED_IN } from '../finding.ts'
import type { Exchange } from '../http-exchange.ts'
import { claimsOf } from '../token-claims.ts'

export const checkPublicUrl: CheckFunction = ({ url, steps }) => {
  const issuers = new Set([...steps.signIn, ...steps.tokens].flatMap((exchange) => claimsOf(exchange)?.iss ?? []))
  if (issuers.size === 0) return NOT_SIGNED_IN
  return [...issuers]
    .filter((issuer) => originOf(issuer) !== url.origin)
    .map((issuer) => ({
      what: `Latchkey takes itself for ${issuer}, and is reached at ${url.origin}: ${consequence(issuer, url)}.`,
      fix: `LATCHKEY_PUBLIC_URL=${url.origin} on every server. It comes from this setting alone, never from X-Forwarded-Proto or Host.`,
    }))
}

/** Whether Latchkey takes itself for reached without TLS where it is reached with it: much else follows from that. */
export function assumesPlainHttp(url: URL, signIn: readonly Exchange[]): boolean {
  return url.protocol === 'https:' && signIn.some((exchange) => claimsOf(exchange)?.iss.startsWith('http:') === true)
}

function consequence(issuer: string, url: URL): string {
  if (issuer.startsWith('http:') && url.protocol === 'https:') return 'its cookies are not Secure and its own pages may be refused'
  return 'its own pages may be refused, and tokens name the wrong issuer'
}

function originOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).origin : issuer
}
