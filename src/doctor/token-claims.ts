// Decodes the claims of an access token without verifying it: it comes from the server under test.

import { type Exchange, member } from './http-exchange.ts'

export interface TokenClaims {
  readonly iss: string
  /** Seconds since 1970. */
  readonly iat: number
  readonly kid: string
}

export function claimsOf(exchange: Exchange): TokenClaims | undefined {
  const token = member(exchange, 'token')
  if (typeof token !== 'string') return undefined
  const [header, payload] = token.split('.').map(decodeJson)
  if (typeof payload?.iss !== 'string' || typeof payload.iat !== 'number' || typeof header?.kid !== 'string') return undefined
  return { iss: payload.iss, iat: payload.iat, kid: header.kid }
}

function decodeJson(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString())
  } catch {
    return undefined
  }
}
