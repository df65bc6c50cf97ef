// Issues new credentials: sessions, remember-me logins, access tokens, and the result of a sign-in.

import type { AuditEvent, BuiltInAction, Outcome, Severity } from '../domain/audit-event.ts'
import type { Delivery, RememberMeRecord, SessionRecord } from '../domain/credential.ts'
import { EMPTY_DATA, type JsonObject } from '../domain/session-data.ts'
import { SECOND } from '../domain/time.ts'
import { claimsFor, type TokenClaims, type TokenSubject } from '../domain/token.ts'
import type { UserRecord } from '../domain/user.ts'
import type { IssuedSecret } from '../ports/secrets.ts'
import type { ClientInfo, EngineContext } from './context.ts'
import { createPair } from './cookie-pair.ts'
import { registrationChallenge, shouldOfferRegistration } from './dbsc-proofs.ts'
import { principalOfSession, type SessionView, sessionViewOf } from './principal.ts'

export interface IssuedToken {
  readonly token: string
  readonly claims: TokenClaims
  /** Milliseconds since 1970, on a whole second. */
  readonly expiresAt: number
}

/** The result of a sign-in. It is the only place that contains secrets. */
export interface SignInResult {
  readonly user: { readonly id: string; readonly username: string; readonly roles: readonly string[] }
  readonly token: IssuedToken
  readonly session: SessionView
  /** The new session credential, returned in the way in which the session is delivered. */
  readonly sessionCredential: { readonly value: string; readonly delivery: Delivery } | undefined
  /** The credential of a new or rotated remember-me login. */
  readonly rememberMeCredential: { readonly value: string; readonly expiresAt: number } | undefined
  /** The DBSC registration challenge; undefined when the lineage is bound already, or cannot be bound. */
  readonly deviceChallenge: string | undefined
  /** The pair cookie of a new lineage: see `pair.ts`. Undefined when cookies have no Domain. */
  readonly pair: { readonly value: string; readonly expiresAt: number | undefined } | undefined
}

export interface SessionOrigin extends ClientInfo {
  readonly startedBy: RememberMeRecord | null
  readonly amr: SessionRecord['amr']
  readonly authTime: number
  readonly delivery: Delivery
  readonly confirmsRotationOf?: string | null
  readonly data?: string
  readonly dataVersion?: number
}

export interface Issued<R> {
  readonly record: R
  readonly secret: IssuedSecret
}

export function issueSession(context: EngineContext, user: UserRecord, origin: SessionOrigin, now: number): Issued<SessionRecord> {
  const secret = context.secrets.issue('session', 0)
  return {
    secret,
    record: {
      kind: 'session',
      id: secret.id,
      userId: user.id,
      username: user.username,
      lineage: origin.startedBy?.lineage ?? secret.id,
      hash: secret.hash,
      version: 1,
      startedAt: now,
      lastSeenAt: now,
      // A session ends with its remember-me login at the latest.
      expiresAt: Math.min(now + context.policy.sessionAbsoluteTimeout, origin.startedBy?.expiresAt ?? Number.POSITIVE_INFINITY),
      authTime: origin.authTime,
      ip: origin.ip,
      userAgent: origin.userAgent,
      startedBy: origin.startedBy?.id ?? null,
      roles: user.roles,
      amr: origin.amr,
      delivery: origin.delivery,
      confirmsRotationOf: origin.confirmsRotationOf ?? null,
      data: origin.data ?? EMPTY_DATA,
      dataVersion: origin.dataVersion ?? 1,
      ...(origin.startedBy?.binding && { binding: origin.startedBy.binding }),
    },
  }
}

export function issueRememberMe(
  context: EngineContext,
  user: UserRecord,
  origin: ClientInfo & { readonly authTime: number },
  now: number,
): Issued<RememberMeRecord> {
  const generation = 1
  const secret = context.secrets.issue('remember_me', generation)
  return {
    secret,
    record: {
      kind: 'remember_me',
      id: secret.id,
      userId: user.id,
      username: user.username,
      lineage: secret.id,
      hash: secret.hash,
      version: 1,
      startedAt: now,
      lastSeenAt: now,
      expiresAt: now + context.policy.rememberLifetime,
      authTime: origin.authTime,
      ip: origin.ip,
      userAgent: origin.userAgent,
      generation,
      previousHash: null,
      rotatedAt: now,
      rotatedSessionId: null,
      rotatedSessionUsed: false,
    },
  }
}

export function issueToken(context: EngineContext, subject: TokenSubject, now: number): IssuedToken {
  const claims = claimsFor(subject, context.secrets.randomId(), now, context.policy)
  return { token: context.keys.sign(claims), claims, expiresAt: claims.exp * SECOND }
}

/** The result of a sign-in whose records are committed. Caches the new credentials, so that their first use needs no read. */
export function signInResult(
  context: EngineContext,
  session: Issued<SessionRecord>,
  rememberMe: { readonly secret: IssuedSecret; readonly expiresAt: number } | undefined,
  now: number,
): SignInResult {
  const { record, secret } = session
  const token = issueToken(context, { ...record, sid: record.id, sessionExpiresAt: record.expiresAt }, now)
  // Not cached: a session whose first use must still be recorded, and one that the feed has already reported.
  if (record.confirmsRotationOf === null && !context.revocationFeed.changedSince(record.id, 0)) {
    const cached = context.credentialCache.upsertSession(record.id, now, record)
    context.credentialCache.putSession(secret.value, cached)
    context.credentialCache.putToken(token.token, principalOfSession(record), cached, token.expiresAt)
  }
  return {
    user: { id: record.userId, username: record.username, roles: record.roles },
    token,
    session: sessionViewOf(record),
    sessionCredential: { value: secret.value, delivery: record.delivery },
    rememberMeCredential: rememberMe && { value: rememberMe.secret.value, expiresAt: rememberMe.expiresAt },
    pair: pairForSession(context, record, rememberMe?.expiresAt),
    deviceChallenge: shouldOfferRegistration(context, record) ? registrationChallenge(context, record.lineage, now) : undefined,
  }
}

/** Undefined when a remember-me login issues nothing new: a concurrent tab has set the cookie. */
function pairForSession(
  context: EngineContext,
  { lineage, delivery, startedBy }: SessionRecord,
  expiresAt: number | undefined,
): SignInResult['pair'] {
  if (delivery !== 'cookie' || (startedBy !== null && expiresAt === undefined)) return undefined
  const value = createPair(context, lineage)
  return value === undefined ? undefined : { value, expiresAt }
}

export function auditEvent(
  context: EngineContext,
  clientInfo: ClientInfo,
  event: {
    readonly userId: string
    readonly action: BuiltInAction
    readonly outcome?: Outcome
    readonly severity?: Severity
    readonly sessionId?: string | null
    readonly detail?: JsonObject
  },
  now: number,
): { readonly do: 'append audit event'; readonly event: AuditEvent } {
  return {
    do: 'append audit event',
    event: {
      id: context.secrets.randomId(),
      userId: event.userId,
      at: now,
      action: event.action,
      outcome: event.outcome ?? 'success',
      severity: event.severity ?? 'info',
      sessionId: event.sessionId ?? null,
      ip: clientInfo.ip,
      userAgent: clientInfo.userAgent,
      detail: event.detail ?? {},
    },
  }
}
