// Checks that LATCHKEY_PUBLIC_URL is the address that clients use.

import { type CheckFunction, NOT_SIGNED_IN } from '../finding.ts'
import type { Exchange } from '../http-exchange.ts'
import { claimsOf } from '../token-claims.ts'

export const checkPublicUrl: CheckFunction = ({ url, steps }) => {
  const issuers = new Set([...steps.signIn, ...steps.tokens].flatMap((exchange) => claimsOf(exchange)?.iss ?? []))
  if (issuers.size === 0) return NOT_SIGNED_IN
  return [...issuers]
    .filter((issuer) => originOf(issuer) !== url.origin)
    .map((issuer) => ({
      what: `The public URL of Latchkey is ${issuer}, but it is reached at ${url.origin}: ${consequence(issuer, url)}.`,
      fix: `Set LATCHKEY_PUBLIC_URL=${url.origin} on every server. Latchkey ignores X-Forwarded-Proto and Host.`,
    }))
}

/** Whether the public URL is http where clients use https. Other checks would only repeat this finding. */
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
