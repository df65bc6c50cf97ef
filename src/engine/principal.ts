// The principal (the authenticated user and session of a request), built from a session record or from token claims.

import type { SessionRecord } from '../domain/credential.ts'
import { SECOND } from '../domain/time.ts'
import type { TokenClaims } from '../domain/token.ts'
import { internClaims } from './interned-claims.ts'

export interface Principal {
  readonly userId: string
  readonly roles: readonly string[]
  readonly sid: string
  readonly amr: readonly string[]
  /** When the password was last entered, in milliseconds since 1970. */
  readonly authTime: number
}

/** How the credential was sent: a cookie can only read, a header can change. */
export type CredentialTransport = 'cookie' | 'header' | 'token'

/** A session without its secret and its data. Times in milliseconds since 1970. */
export interface SessionView {
  readonly id: string
  readonly username: string
  readonly roles: readonly string[]
  readonly startedAt: number
  readonly lastSeenAt: number
  readonly expiresAt: number
  readonly startedBy: string | null
}

export function principalOfSession(session: SessionRecord): Principal {
  const { userId, id, authTime } = session
  const { roles, amr } = internClaims(session.roles, session.amr)
  return { userId, roles, sid: id, amr, authTime }
}

export function principalOfToken(claims: TokenClaims): Principal {
  const { sub, sid, auth_time: authTime } = claims
  const { roles, amr } = internClaims(claims.roles, claims.amr)
  return { userId: sub, roles, sid, amr, authTime: authTime * SECOND }
}

export function sessionViewOf(session: SessionRecord): SessionView {
  const { id, username, roles, startedAt, lastSeenAt, expiresAt, startedBy } = session
  return { id, username, roles, startedAt, lastSeenAt, expiresAt, startedBy }
}
