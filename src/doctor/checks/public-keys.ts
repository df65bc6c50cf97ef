// Checks that the JWKS contains the signing keys, and that the metadata name the JWKS.

import { type CheckFunction, type Finding, NOT_SIGNED_IN } from '../finding.ts'
import { member } from '../http-exchange.ts'
import { claimsOf } from '../token-claims.ts'

export const checkPublicKeys: CheckFunction = ({ steps }) => {
  const used = new Set([...steps.signIn, ...steps.tokens].flatMap((exchange) => claimsOf(exchange)?.kid ?? []))
  if (used.size === 0) return NOT_SIGNED_IN
  const incomplete = steps.publicKeys.find((exchange) => {
    const keys = member(exchange, 'keys')
    const published = Array.isArray(keys) ? new Set(keys.map((key) => key?.kid)) : new Set()
    return ![...used].every((kid) => published.has(kid))
  })
  const withoutJwksUri = steps.metadata.find((exchange) => !String(member(exchange, 'jwks_uri')).endsWith('/.well-known/jwks.json'))
  const findings: Finding[] = []
  if (withoutJwksUri !== undefined)
    findings.push({
      what: `/.well-known/oauth-authorization-server at ${withoutJwksUri.address} (${withoutJwksUri.status}) has no jwks_uri: services that know only the issuer cannot find the keys.`,
      fix: 'Route /.well-known/oauth-authorization-server to Latchkey, as well as /.well-known/jwks.json.',
    })
  if (incomplete === undefined) return findings
  return [
    {
      what: `/.well-known/jwks.json at ${incomplete.address} (${incomplete.status}) lacks the key that signs the tokens: other services refuse every token.`,
      fix: 'Route /.well-known/jwks.json to Latchkey, cache it for at most five minutes, and give every server the same database and secret.',
    },
    ...findings,
  ]
}
