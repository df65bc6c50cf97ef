// Who a request is, from a session credential or a token: from memory where it was verified before, else from the store.

import type { CredentialRecord, PresentedCredential, SessionRecord, Tombstone } from '../domain/credential.ts'
import { judgeDevice } from '../domain/device-binding.ts'
import type { RefusalReason } from '../domain/ending.ts'
import { AuthError } from '../domain/errors.ts'
import { withRotatedSessionUsed } from '../domain/remembered-login.ts'
import { judgeLife, judgeSession, type SessionVerdict } from '../domain/session.ts'
import { SECOND } from '../domain/time.ts'
import { judgeClaims, MAX_CLOCK_SKEW, type TokenClaims, type TokenRefusal } from '../domain/token.ts'
import type { Change } from '../ports/store.ts'
import { confirmDevice } from './device-confirmation.ts'
import { provenUntil, UnprovenDevice } from './device-proofs.ts'
import type { Bond } from './known-session.ts'
import type { Caller } from './lookout.ts'
import { MAX_ATTEMPTS, type Parts } from './parts.ts'
import { type Principal, principalOfSession, principalOfToken } from './principal.ts'
import type { CredentialForm } from './verified.ts'

export interface Presented {
  readonly kind: CredentialForm
  readonly raw: string
  /** The device proof that came along with a session's credential. */
  readonly proof?: string | undefined
  /** Who presents it, where that is known. */
  readonly by?: Caller
}

/**
 * Verifies a session credential or a token. Answers at once where it was verified before; otherwise there is a promise, which
 * rejects with StoreError when the store had to be asked and is down.
 *
 * @param passive true for requests that must not keep the session alive
 */
export function authenticate(parts: Parts, presented: Presented, passive: boolean): Principal | AuthError | Promise<Principal | AuthError> {
  const recalled = parts.verified.recall(presented.kind, presented.raw, parts.clock.now(), passive, presented.proof, presented.by)
  if (recalled) return recalled
  return presented.kind === 'token' ? verifyToken(parts, presented, passive) : verifySession(parts, presented, passive)
}

async function verifySession(parts: Parts, { raw, proof, by }: Presented, passive: boolean): Promise<Principal | AuthError> {
  const opened = parts.secrets.open('session', raw)
  if (opened === undefined) return sessionRequired('unknown')
  const judged = await findLiving(parts, opened.id, opened)
  if (!judged.ok) return sessionRequired(judged.reason)
  const proven = provenUntil(parts, judged.session, proof)
  const shown = judgeDevice(judged.session, proven, parts.clock.now(), parts.policy.deviceBinding)
  if (!shown.ok) return new UnprovenDevice(judged.session, shown.because)
  const isConfirmed = proven === undefined || (await confirmDevice(parts, judged.session))
  const session = await reportFirstUse(parts, judged.session)
  if (session === undefined) return sessionRequired('revoked')
  const principal = principalOfSession(session)
  if (!isConfirmed) return principal
  accept(
    parts,
    { kind: 'session', raw, ...(by && { by }) },
    principal,
    session,
    judged.mark,
    { proof: session.binding && proof, until: shown.until },
    passive,
  )
  return principal
}

async function verifyToken(parts: Parts, { raw, by }: Presented, passive: boolean): Promise<Principal | AuthError> {
  const claims = await claimsOf(parts, raw)
  if (claims === undefined) return tokenInvalid('malformed')
  const now = parts.clock.now()
  const refusal = judgeClaims(claims, now, parts.policy)
  if (refusal) return tokenInvalid(refusal)
  if (parts.endings.reasonOf(claims.sid)) return tokenInvalid('session_ended')
  const principal = principalOfToken(claims)
  if (signatureSuffices(parts, claims, now)) {
    const known = parts.verified.learn(claims.sid, claims.iat * SECOND, undefined)
    parts.verified.rememberToken(raw, principal, known, claims.exp * SECOND)
    if (!passive) parts.verified.seen(known, now)
    return principal
  }
  const judged = await findLiving(parts, claims.sid, undefined)
  if (!judged.ok) return tokenInvalid('session_ended')
  // Its session's rights changed after it was signed: let the client renew it.
  if (judged.session.roles.join() !== claims.roles.join()) return tokenInvalid('expired')
  const session = await reportFirstUse(parts, judged.session)
  if (session === undefined) return tokenInvalid('session_ended')
  accept(
    parts,
    { kind: 'token', raw, ...(by && { by }) },
    principal,
    session,
    judged.mark,
    { proof: undefined, until: claims.exp * SECOND },
    passive,
  )
  return principal
}

/** A token signed by a key that another process has just made is worth one more look at the ring. */
async function claimsOf(parts: Parts, raw: string): Promise<TokenClaims | undefined> {
  const claims = parts.keys.verify(raw)
  if (claims || !looksLikeToken(raw) || !parts.keys.mayBeStale(parts.clock.now())) return claims
  await parts.keys.read()
  return parts.keys.verify(raw)
}

function looksLikeToken(raw: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]{86}$/.test(raw)
}

/**
 * True when the signature tells enough. The store is asked when the endings log is silent; when the session may be idle by
 * what this process knows; when its rights have changed and the token may be older than that; and once for a token of a
 * restored session, whose first use the theft rule must learn of.
 */
function signatureSuffices(parts: Parts, claims: TokenClaims, now: number): boolean {
  const known = parts.verified.known(claims.sid)
  const lastSeenAt = Math.max(known?.lastSeenAt ?? 0, claims.iat * SECOND)
  return (
    parts.endings.isHeard(now) &&
    now < lastSeenAt + parts.policy.sessionIdleTimeout &&
    !mayPredateChange(parts, claims) &&
    !claims.amr.includes('remembered')
  )
}

/** Whole seconds of a clock that may be ahead of ours do not tell an older token from a newer one: the roles in it do. */
function mayPredateChange(parts: Parts, { sid, iat }: TokenClaims): boolean {
  const changedAt = parts.endings.changedAt(sid)
  return changedAt !== undefined && iat * SECOND < changedAt + MAX_CLOCK_SKEW
}

type Living =
  /** `mark` is from before the read: see `accept`. */
  { readonly ok: true; readonly session: SessionRecord; readonly mark: number } | { readonly ok: false; readonly reason: RefusalReason }

/** Reads a session and judges it, by its secret, or by its life alone where a token stands for the secret. */
export async function findLiving(parts: Parts, sid: string, presented: PresentedCredential | undefined): Promise<Living> {
  const mark = parts.endings.mark()
  const found = await parts.store.credentials.find(sid)
  const verdict = judge(parts, found, presented, sid)
  if (!verdict.ok) return verdict
  const endedMeanwhile = parts.endings.reasonOf(sid)
  return endedMeanwhile ? { ok: false, reason: endedMeanwhile } : { ...verdict, mark }
}

function judge(
  parts: Parts,
  found: CredentialRecord | Tombstone | undefined,
  presented: PresentedCredential | undefined,
  sid: string,
): SessionVerdict {
  const now = parts.clock.now()
  const lastSeenAt = parts.verified.known(sid)?.lastSeenAt ?? 0
  return presented ? judgeSession(found, presented, lastSeenAt, now, parts.policy) : judgeLife(found, lastSeenAt, now, parts.policy)
}

/** Remembers what was verified, unless the log told of a change since the mark: then it is good for this request alone. */
function accept(
  parts: Parts,
  { kind, raw, by }: Presented,
  principal: Principal,
  session: SessionRecord,
  mark: number,
  bond: Bond,
  passive: boolean,
): void {
  if (parts.endings.notedSince(session.id, mark)) return
  const known = parts.verified.learn(session.id, session.lastSeenAt, session)
  parts.verified.look(known, by, parts.clock.now())
  if (kind === 'session') parts.verified.rememberSession(raw, known, bond.until === Number.POSITIVE_INFINITY ? undefined : bond)
  else parts.verified.rememberToken(raw, principal, known, bond.until)
  if (!passive) parts.verified.seen(known, parts.clock.now())
}

/**
 * Tells the remembered login that the session born of its rotation is in use. Written before the answer: from now on
 * whoever still holds the previous secret is not the one who got this session.
 * Returns the session as it is now; undefined when it ended meanwhile.
 */
async function reportFirstUse(parts: Parts, session: SessionRecord): Promise<SessionRecord | undefined> {
  let current = session
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    if (current.confirmsRotationOf === null) return current
    const login = await parts.store.credentials.find(current.confirmsRotationOf)
    const told = login?.kind === 'remember_me' ? withRotatedSessionUsed(login, current.id) : undefined
    const next = { ...current, version: current.version + 1, confirmsRotationOf: null }
    const changes: Change[] = [{ do: 'replace credential', next, ifVersion: current.version }]
    if (login && told) changes.push({ do: 'replace credential', next: told, ifVersion: told.version - 1 })
    if ((await parts.store.write(changes)).landed) return next
    const again = await parts.store.credentials.find(current.id)
    if (again?.kind !== 'session') return undefined
    current = again
  }
  return undefined
}

export function sessionRequired(reason: RefusalReason): AuthError {
  return new AuthError('session.required', { reason })
}

export function tokenInvalid(reason: TokenRefusal): AuthError {
  return new AuthError('token.invalid', { reason })
}
