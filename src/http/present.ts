// From the engine's records to the wire: ISO 8601 times, durations in whole seconds, nothing that is not meant to leave.

import { algorithmOf, type KeyRingRecord, type SigningKeyRecord } from '../domain/key-ring.ts'
import type { AuditEvent } from '../domain/operation.ts'
import { wholeSeconds } from '../domain/time.ts'
import type { UserRecord } from '../domain/user.ts'
import type { SignedIn } from '../engine/issue.ts'
import type { SessionView } from '../engine/principal.ts'
import type { ListedCredential } from '../engine/sessions.ts'
import type { KeysAnswer, AuditEventAnswer, SessionsAnswer, SignedInAnswer, UserAnswer, WhoAnswer } from './contract.ts'

export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

export function presentSession(view: SessionView, idleTimeout: number): WhoAnswer['session'] {
  return {
    id: view.id,
    startedAt: isoTime(view.startedAt),
    lastSeenAt: isoTime(view.lastSeenAt),
    idleTimeout: wholeSeconds(idleTimeout),
    expiresAt: isoTime(view.expiresAt),
    remembered: view.startedBy !== null,
  }
}

export function presentSignedIn(signedIn: SignedIn, idleTimeout: number, now: number): SignedInAnswer {
  const { user, token, session, sessionCredential } = signedIn
  return {
    user: { id: user.id, username: user.username, roles: [...user.roles] },
    token: token.token,
    tokenType: token.claims.cnf === undefined ? 'Bearer' : 'DPoP',
    expiresIn: Math.max(0, Math.round((token.expiresAt - now) / 1000)),
    session: presentSession(session, idleTimeout),
    ...(sessionCredential?.delivery === 'header' ? { sessionCredential: sessionCredential.value } : {}),
  }
}

export function presentCredential(listed: ListedCredential): SessionsAnswer[number] {
  return {
    ...listed,
    startedAt: isoTime(listed.startedAt),
    lastSeenAt: isoTime(listed.lastSeenAt),
    expiresAt: isoTime(listed.expiresAt),
  }
}

export function presentUser({ id, username, email, roles, disabled, createdAt }: UserRecord): UserAnswer['user'] {
  return { id, username, email, roles: [...roles], disabled, createdAt: isoTime(createdAt) }
}

export function presentKeys({ signing, next, retired, services }: KeyRingRecord): KeysAnswer {
  const one = (id: string, use: string, createdAt: number) => ({ id, use, createdAt: isoTime(createdAt) })
  const signs = (key: SigningKeyRecord, use: string) => ({ ...one(key.kid, use, key.createdAt), alg: algorithmOf(key) })
  return {
    signing: [signs(signing, 'signs'), signs(next, 'next'), ...retired.map((key) => signs(key, 'retired'))],
    services: services.map(({ id, name, createdAt }) => one(id, `service ${name}`, createdAt)),
  }
}

export function presentAuditEvent(recorded: AuditEvent): AuditEventAnswer {
  const { id, at, action, outcome, severity, sessionId, ip, userAgent, detail } = recorded
  return { id, at: isoTime(at), action, outcome, severity, sessionId, ip, userAgent, detail }
}
