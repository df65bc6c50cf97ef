// Making new records and what goes out with them: sessions, remembered logins, tokens.

import type { Delivery, RememberedRecord, SessionRecord } from '../domain/credential.ts'
import type { AuditEvent, Outcome, OwnAction, Severity } from '../domain/operation.ts'
import { EMPTY_DATA, type JsonObject } from '../domain/session-data.ts'
import { SECOND } from '../domain/time.ts'
import { claimsFor, type TokenClaims, type TokenSubject } from '../domain/token.ts'
import type { UserRecord } from '../domain/user.ts'
import type { IssuedSecret } from '../ports/secrets.ts'
import { challengeToBind, offersBinding } from './device-proofs.ts'
import { makePair } from './pair.ts'
import type { Parts, Whence } from './parts.ts'
import { principalOfSession, type SessionView, viewOf } from './principal.ts'

export interface MintedToken {
  readonly token: string
  readonly claims: TokenClaims
  /** Milliseconds since 1970, on a whole second. */
  readonly expiresAt: number
}

/** Everything that a sign-in hands out. Secrets are in here, and nowhere else. */
export interface SignedIn {
  readonly user: { readonly id: string; readonly username: string; readonly roles: readonly string[] }
  readonly token: MintedToken
  readonly session: SessionView
  /** A new session's credential, to be handed out the way the session is delivered. */
  readonly sessionCredential: { readonly value: string; readonly delivery: Delivery } | undefined
  /** A new or rotated remembered login's credential. */
  readonly rememberedCredential: { readonly value: string; readonly expiresAt: number } | undefined
  /** What a browser answers that binds the lineage to its device; undefined where it is bound already, or cannot be. */
  readonly deviceChallenge: string | undefined
  /** What stands beside the cookies of a new lineage on our own host: see `pair.ts`. Undefined where cookies have no Domain. */
  readonly pair: { readonly value: string; readonly expiresAt: number | undefined } | undefined
}

export interface SessionOrigin extends Whence {
  readonly startedBy: RememberedRecord | null
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

export function issueSession(parts: Parts, user: UserRecord, origin: SessionOrigin, now: number): Issued<SessionRecord> {
  const secret = parts.secrets.issue('session', 0)
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
      // What hangs on a remembered login ends with it at the latest.
      expiresAt: Math.min(now + parts.policy.sessionAbsoluteTimeout, origin.startedBy?.expiresAt ?? Number.POSITIVE_INFINITY),
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

export function issueRemembered(
  parts: Parts,
  user: UserRecord,
  origin: Whence & { readonly authTime: number },
  now: number,
): Issued<RememberedRecord> {
  const generation = 1
  const secret = parts.secrets.issue('remember_me', generation)
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
      expiresAt: now + parts.policy.rememberLifetime,
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

export function mintToken(parts: Parts, subject: TokenSubject, now: number): MintedToken {
  const claims = claimsFor(subject, parts.secrets.randomId(), now, parts.policy)
  return { token: parts.keys.sign(claims), claims, expiresAt: claims.exp * SECOND }
}

/** The answer to a sign-in whose records have landed. What was just made is remembered, so its first use costs no read. */
export function signedIn(
  parts: Parts,
  session: Issued<SessionRecord>,
  remembered: { readonly secret: IssuedSecret; readonly expiresAt: number } | undefined,
  now: number,
): SignedIn {
  const { record, secret } = session
  const token = mintToken(parts, { ...record, sid: record.id, sessionExpiresAt: record.expiresAt }, now)
  // A session that must report its first use is not remembered before it has, and one that the log has told of already, never.
  if (record.confirmsRotationOf === null && !parts.endings.notedSince(record.id, 0)) {
    const known = parts.verified.learn(record.id, now, record)
    parts.verified.rememberSession(secret.value, known)
    parts.verified.rememberToken(token.token, principalOfSession(record), known, token.expiresAt)
  }
  return {
    user: { id: record.userId, username: record.username, roles: record.roles },
    token,
    session: viewOf(record),
    sessionCredential: { value: secret.value, delivery: record.delivery },
    rememberedCredential: remembered && { value: remembered.secret.value, expiresAt: remembered.expiresAt },
    pair: pairOf(parts, record, remembered?.expiresAt),
    deviceChallenge: offersBinding(parts, record) ? challengeToBind(parts, record.lineage, now) : undefined,
  }
}

/** Another tab that was first has set it, where a remembered login hands out nothing new. */
function pairOf(parts: Parts, { lineage, delivery, startedBy }: SessionRecord, expiresAt: number | undefined): SignedIn['pair'] {
  if (delivery !== 'cookie' || (startedBy !== null && expiresAt === undefined)) return undefined
  const value = makePair(parts, lineage)
  return value === undefined ? undefined : { value, expiresAt }
}

export function auditEvent(
  parts: Parts,
  whence: Whence,
  what: {
    readonly userId: string
    readonly action: OwnAction
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
      id: parts.secrets.randomId(),
      userId: what.userId,
      at: now,
      action: what.action,
      outcome: what.outcome ?? 'success',
      severity: what.severity ?? 'info',
      sessionId: what.sessionId ?? null,
      ip: whence.ip,
      userAgent: whence.userAgent,
      detail: what.detail ?? {},
    },
  }
}
