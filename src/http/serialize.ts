// Serializes the engine's records for the wire: ISO 8601 times, durations in whole seconds, and only public fields.

import type { AuditEvent } from '../domain/audit-event.ts'
import { algorithmOf, type KeyRingRecord, type SigningKeyRecord } from '../domain/key-ring.ts'
import { wholeSeconds } from '../domain/time.ts'
import type { UserRecord } from '../domain/user.ts'
import type { SignInResult } from '../engine/issue-credentials.ts'
import type { SessionView } from '../engine/principal.ts'
import type { ListedLineage } from '../engine/sessions.ts'
import type {
  AuditEventResponse,
  CurrentSessionResponse,
  KeysResponse,
  SessionsResponse,
  SignedInResponse,
  UserResponse,
} from './contract.ts'

export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

export function serializeSession(view: SessionView, idleTimeout: number): CurrentSessionResponse['session'] {
  return {
    id: view.id,
    startedAt: isoTime(view.startedAt),
    lastSeenAt: isoTime(view.lastSeenAt),
    idleTimeout: wholeSeconds(idleTimeout),
    expiresAt: isoTime(view.expiresAt),
    remembered: view.startedBy !== null,
  }
}

export function serializeSignedIn(signedIn: SignInResult, idleTimeout: number, now: number): SignedInResponse {
  const { user, token, session, sessionCredential } = signedIn
  return {
    user: { id: user.id, username: user.username, roles: [...user.roles] },
    token: token.token,
    tokenType: token.claims.cnf === undefined ? 'Bearer' : 'DPoP',
    expiresIn: Math.max(0, Math.round((token.expiresAt - now) / 1000)),
    session: serializeSession(session, idleTimeout),
    ...(sessionCredential?.delivery === 'header' ? { sessionCredential: sessionCredential.value } : {}),
  }
}

export function serializeLineage(listed: ListedLineage): SessionsResponse[number] {
  return {
    ...listed,
    startedAt: isoTime(listed.startedAt),
    lastSeenAt: isoTime(listed.lastSeenAt),
    expiresAt: isoTime(listed.expiresAt),
  }
}

export function serializeUser({ id, username, email, roles, disabled, createdAt }: UserRecord): UserResponse['user'] {
  return { id, username, email, roles: [...roles], disabled, createdAt: isoTime(createdAt) }
}

export function serializeKeys({ signing, next, retired, services }: KeyRingRecord): KeysResponse {
  const one = (id: string, use: string, createdAt: number) => ({ id, use, createdAt: isoTime(createdAt) })
  const signs = (key: SigningKeyRecord, use: string) => ({ ...one(key.kid, use, key.createdAt), alg: algorithmOf(key) })
  return {
    signing: [signs(signing, 'signs'), signs(next, 'next'), ...retired.map((key) => signs(key, 'retired'))],
    services: services.map(({ id, name, createdAt }) => one(id, `service ${name}`, createdAt)),
  }
}

export function serializeAuditEvent(recorded: AuditEvent): AuditEventResponse {
  const { id, at, action, outcome, severity, sessionId, ip, userAgent, detail } = recorded
  return { id, at: isoTime(at), action, outcome, severity, sessionId, ip, userAgent, detail }
}
