// The well-known resources for token verifiers (RFC 8615): the public keys and the server metadata. Any origin may read them.

import { algorithmOf, publicJwkOf } from '../../domain/key-ring.ts'
import { jwksResponse, serverMetadataResponse } from '../contract.ts'
import { openRoute } from '../route.ts'

const LIFETIME = 300
const HEADERS = { 'cache-control': `public, max-age=${LIFETIME}`, 'cross-origin-resource-policy': 'cross-origin' }
const JWKS_PATH = '/.well-known/jwks.json'

export const wellKnownRoutes = [
  openRoute({
    method: 'GET',
    path: JWKS_PATH,
    auth: 'none',
    anyOrigin: true,
    summary: 'The public signing keys (RFC 7517, RFC 8037, RFC 7518).',
    responses: { 200: jwksResponse },
    async run({ engine }) {
      const keys = engine.keys.published().map((key) => ({ ...publicJwkOf(key), use: 'sig', alg: algorithmOf(key), kid: key.kid }))
      return { json: { keys }, headers: HEADERS }
    },
  }),
  openRoute({
    method: 'GET',
    path: '/.well-known/oauth-authorization-server',
    auth: 'none',
    anyOrigin: true,
    summary: 'The issuer of tokens and the address of its keys (RFC 8414, without the OAuth endpoints).',
    responses: { 200: serverMetadataResponse },
    async run({ app, engine }) {
      const { issuer, dpop } = engine.policy
      return {
        json: {
          issuer,
          jwks_uri: `${app.publicUrl}${JWKS_PATH}`,
          response_types_supported: [],
          // If absent, it would default to the code and implicit grants.
          grant_types_supported: [],
          access_token_signing_alg_values_supported: [...new Set(engine.keys.published().map(algorithmOf))],
          ...(dpop === 'off' ? {} : { dpop_signing_alg_values_supported: ['ES256'] }),
          service_documentation: `${app.publicUrl}/docs/errors`,
        },
        headers: HEADERS,
      }
    },
  }),
]
