// The keys that tokens are signed with can be had by those who verify them, and are found where the metadata say.

import { type CheckFunction, type Finding, NOT_SIGNED_IN } from '../finding.ts'
import { member } from '../http-exchange.ts'
import { claimsOf } from '../token-claims.ts'

export const checkPublicKeys: CheckFunction = ({ steps }) => {
  const used = new Set([...steps.signIn, ...steps.tokens].flatMap((exchange) => claimsOf(exchange)?.kid ?? []))
  if (used.size === 0) return NOT_SIGNED_IN
  const lacking = steps.publicKeys.find((exchange) => {
    const keys = member(exchange, 'keys')
    const published = Array.isArray(keys) ? new Set(keys.map((key) => key?.kid)) : new Set()
    return ![...used].every((kid) => published.has(kid))
  })
  const unnamed = steps.metadata.find((exchange) => !String(member(exchange, 'jwks_uri')).endsWith('/.well-known/jwks.json'))
  const findings: Finding[] = []
  if (unnamed !== undefined)
    findings.push({
      what: `/.well-known/oauth-authorization-server at ${unnamed.address} (${unnamed.status}) does not name the keys: who knows the issuer alone does not find them.`,
      fix: 'Hand /.well-known/oauth-authorization-server over to Latchkey, beside /.well-known/jwks.json.',
    })
  if (lacking === undefined) return findings
  return [
    {
      what: `/.well-known/jwks.json at ${lacking.address} (${lacking.status}) lacks the key that tokens are signed with: other services refuse every token.`,
      fix: 'Hand /.well-known/jwks.json over to Latchkey, let no cache keep it for longer than its five minutes, and give every server the same database and secret.',
    },
    ...findings,
  ]
}
