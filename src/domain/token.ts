// Access token claims and their validation (RFC 7519, RFC 9068). The platform parses and signs.

import { TOKEN_CLIENT_ID } from './persisted-names.ts'
import { SECOND, wholeSeconds } from './time.ts'

/** The claims of an access token. Times are whole seconds since 1970 (RFC 7519). */
export interface TokenClaims {
  readonly iss: string
  /** We set one; another issuer of the same deployment may name several. */
  readonly aud: string | readonly string[]
  /** The user id, never the username. */
  readonly sub: string
  readonly client_id: string
  readonly sid: string
  readonly jti: string
  readonly iat: number
  readonly exp: number
  /** Not before; we do not set it. */
  readonly nbf?: number
  readonly auth_time: number
  readonly amr: readonly string[]
  readonly roles: readonly string[]
  /** The key that the token is bound to (RFC 7800, RFC 9449), if any. */
  readonly cnf?: { readonly jkt: string }
}

export type TokenRefusal = 'malformed' | 'expired' | 'session_ended'

export interface TokenLimits {
  readonly issuer: string
  readonly audience: string
  readonly tokenLifetime: number
}

/** How far the clock of another issuing process may be ahead of ours. */
export const MAX_CLOCK_SKEW = 60 * SECOND

export interface TokenSubject {
  readonly userId: string
  readonly roles: readonly string[]
  readonly amr: readonly string[]
  readonly authTime: number
  readonly sid: string
  readonly sessionExpiresAt: number
}

/** The claims of a token issued now: valid for the token lifetime, but never past the session's absolute timeout. */
export function claimsFor(subject: TokenSubject, jti: string, now: number, limits: TokenLimits): TokenClaims {
  return {
    iss: limits.issuer,
    aud: limits.audience,
    sub: subject.userId,
    client_id: TOKEN_CLIENT_ID,
    sid: subject.sid,
    jti,
    iat: wholeSeconds(now),
    exp: wholeSeconds(Math.min(now + limits.tokenLifetime, subject.sessionExpiresAt)),
    auth_time: wholeSeconds(subject.authTime),
    amr: subject.amr,
    roles: subject.roles,
  }
}

/** Checks the claims of a token with a valid signature. Returns the reason for a refusal, or undefined. */
export function verifyClaims(claims: TokenClaims, now: number, limits: Pick<TokenLimits, 'issuer' | 'audience'>): TokenRefusal | undefined {
  if (claims.iss !== limits.issuer) return 'malformed'
  if (claims.aud !== limits.audience && (typeof claims.aud === 'string' || !claims.aud.includes(limits.audience))) return 'malformed'
  if (Math.max(claims.iat, claims.nbf ?? claims.iat) * SECOND > now + MAX_CLOCK_SKEW) return 'malformed'
  if (now >= claims.exp * SECOND) return 'expired'
  return undefined
}

/** True when `value` has every claim of an access token, with its type. */
export function isTokenClaims(value: unknown): value is TokenClaims {
  if (typeof value !== 'object' || value === null) return false
  const claims = value as Record<keyof TokenClaims, unknown>
  return (
    [claims.iss, claims.sub, claims.client_id, claims.sid, claims.jti].every(isNonEmptyString) &&
    (isNonEmptyString(claims.aud) || (Array.isArray(claims.aud) && claims.aud.length > 0 && claims.aud.every(isNonEmptyString))) &&
    [claims.iat, claims.exp, claims.auth_time].every(isTime) &&
    (claims.nbf === undefined || isTime(claims.nbf)) &&
    [claims.amr, claims.roles].every((list) => Array.isArray(list) && list.every((item) => typeof item === 'string'))
  )
}

/** The largest time in whole seconds that a Date can hold. */
const MAX_TIME = 8_640_000_000_000

function isTime(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_TIME
}

function isNonEmptyString(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

/** The key thumbprint (`cnf.jkt`) in a token's claims; undefined when the token is not bound to a key. */
export function boundThumbprint(claims: unknown): string | undefined {
  const cnf = typeof claims === 'object' && claims !== null && 'cnf' in claims ? claims.cnf : undefined
  const jkt = typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? cnf.jkt : undefined
  return typeof jkt === 'string' ? jkt : undefined
}
