// What verifiers of tokens look for at well-known addresses (RFC 8615): the public keys, and where they are. Pages of any origin may read it.

import { algorithmOf, publicJwkOf } from '../../domain/key-ring.ts'
import { jwksAnswer, serverMetadataAnswer } from '../contract.ts'
import { openRoute } from '../route.ts'

const LIFETIME = 300
const HEADERS = { 'cache-control': `public, max-age=${LIFETIME}`, 'cross-origin-resource-policy': 'cross-origin' }
const JWKS_PATH = '/.well-known/jwks.json'

export const wellKnownRoutes = [
  openRoute({
    method: 'GET',
    path: JWKS_PATH,
    proof: 'none',
    anyOrigin: true,
    summary: 'The public signing keys (RFC 7517, RFC 8037, RFC 7518).',
    answers: { 200: jwksAnswer },
    async run({ parts }) {
      const keys = parts.keys.published().map((key) => ({ ...publicJwkOf(key), use: 'sig', alg: algorithmOf(key), kid: key.kid }))
      return { json: { keys }, headers: HEADERS }
    },
  }),
  openRoute({
    method: 'GET',
    path: '/.well-known/oauth-authorization-server',
    proof: 'none',
    anyOrigin: true,
    summary: 'Who issues tokens, and where its keys are (RFC 8414): the part of it that holds without OAuth.',
    answers: { 200: serverMetadataAnswer },
    async run({ app, parts }) {
      const { issuer, dpop } = parts.policy
      return {
        json: {
          issuer,
          jwks_uri: `${app.publicUrl}${JWKS_PATH}`,
          response_types_supported: [],
          // Left out, it would stand for the code and implicit grants.
          grant_types_supported: [],
          access_token_signing_alg_values_supported: [...new Set(parts.keys.published().map(algorithmOf))],
          ...(dpop === 'off' ? {} : { dpop_signing_alg_values_supported: ['ES256'] }),
          service_documentation: `${app.publicUrl}/docs/errors`,
        },
        headers: HEADERS,
      }
    },
  }),
]
