// Authenticates a session credential or an access token: from the credential cache, or from the store.

import type { CredentialRecord, PresentedCredential, SessionRecord, Tombstone } from '../domain/credential.ts'
import { evaluateDevice } from '../domain/device-binding.ts'
import { AuthError } from '../domain/errors.ts'
import { withRotatedSessionUsed } from '../domain/remember-me-login.ts'
import type { RefusalReason } from '../domain/revocation.ts'
import { evaluateLifetime, evaluateSession, type SessionEvaluation } from '../domain/session.ts'
import { SECOND } from '../domain/time.ts'
import { MAX_CLOCK_SKEW, type TokenClaims, type TokenRefusal, verifyClaims } from '../domain/token.ts'
import type { Change } from '../ports/store.ts'
import type { AcceptedDeviceProof } from './cached-session.ts'
import { type EngineContext, MAX_CAS_RETRIES } from './context.ts'
import type { CacheableKind } from './credential-cache.ts'
import { confirmBinding } from './dbsc-proof-events.ts'
import { DeviceProofRequired, proofValidUntil } from './dbsc-proofs.ts'
import { type Principal, principalOfSession, principalOfToken } from './principal.ts'
import type { RequestClient } from './session-monitor.ts'

export interface RequestCredential {
  readonly kind: CacheableKind
  readonly raw: string
  /** The device proof that accompanied a session credential. */
  readonly deviceProof?: string | undefined
  /** The client that presents it, when known. */
  readonly client?: RequestClient
}

/**
 * Verifies a session credential or a token. Returns the result synchronously on a cache hit; otherwise a promise, which rejects with
 * StoreError when the store is needed and down.
 *
 * @param passive true for requests that must not extend the session
 */
export function authenticate(
  context: EngineContext,
  presented: RequestCredential,
  passive: boolean,
): Principal | AuthError | Promise<Principal | AuthError> {
  const cached = context.credentialCache.get(
    presented.kind,
    presented.raw,
    context.clock.now(),
    passive,
    presented.deviceProof,
    presented.client,
  )
  if (cached) return cached
  return presented.kind === 'token' ? verifyToken(context, presented, passive) : verifySession(context, presented, passive)
}

async function verifySession(
  context: EngineContext,
  { raw, deviceProof, client }: RequestCredential,
  passive: boolean,
): Promise<Principal | AuthError> {
  const opened = context.secrets.open('session', raw)
  if (opened === undefined) return sessionRequired('unknown')
  const found = await findLiveSession(context, opened.id, opened)
  if (!found.ok) return sessionRequired(found.reason)
  const proofExpiry = proofValidUntil(context, found.session, deviceProof)
  const device = evaluateDevice(found.session, proofExpiry, context.clock.now(), context.policy.deviceBinding)
  if (!device.ok) return new DeviceProofRequired(found.session, device.reason)
  const isConfirmed = proofExpiry === undefined || (await confirmBinding(context, found.session))
  const session = await reportFirstUse(context, found.session)
  if (session === undefined) return sessionRequired('revoked')
  const principal = principalOfSession(session)
  if (!isConfirmed) return principal
  cacheAccepted(
    context,
    { kind: 'session', raw, ...(client && { client }) },
    principal,
    session,
    found.checkpoint,
    { proof: session.binding && deviceProof, validUntil: device.validUntil },
    passive,
  )
  return principal
}

async function verifyToken(context: EngineContext, { raw, client }: RequestCredential, passive: boolean): Promise<Principal | AuthError> {
  const claims = await verifiedClaims(context, raw)
  if (claims === undefined) return tokenInvalid('malformed')
  const now = context.clock.now()
  const refusal = verifyClaims(claims, now, context.policy)
  if (refusal) return tokenInvalid(refusal)
  if (context.revocationFeed.revocationReason(claims.sid)) return tokenInvalid('session_ended')
  const principal = principalOfToken(claims)
  if (signatureSuffices(context, claims, now)) {
    const cached = context.credentialCache.upsertSession(claims.sid, claims.iat * SECOND, undefined)
    context.credentialCache.putToken(raw, principal, cached, claims.exp * SECOND)
    if (!passive) context.credentialCache.markUsed(cached, now)
    return principal
  }
  const found = await findLiveSession(context, claims.sid, undefined)
  if (!found.ok) return tokenInvalid('session_ended')
  // The session's roles changed after it was signed: let the client renew it.
  if (found.session.roles.join() !== claims.roles.join()) return tokenInvalid('expired')
  const session = await reportFirstUse(context, found.session)
  if (session === undefined) return tokenInvalid('session_ended')
  cacheAccepted(
    context,
    { kind: 'token', raw, ...(client && { client }) },
    principal,
    session,
    found.checkpoint,
    { proof: undefined, validUntil: claims.exp * SECOND },
    passive,
  )
  return principal
}

/** A token may be signed by a key that another process has just created: read the ring once more. */
async function verifiedClaims(context: EngineContext, raw: string): Promise<TokenClaims | undefined> {
  const claims = context.keys.verify(raw)
  if (claims || !isCompactJws(raw) || !context.keys.mayBeStale(context.clock.now())) return claims
  await context.keys.read()
  return context.keys.verify(raw)
}

function isCompactJws(raw: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]{86}$/.test(raw)
}

/**
 * True when a valid signature suffices without reading the store. The store is read when the revocation feed is not current; when the
 * session may be idle as far as this process knows; when its roles changed and the token may be older; and once for a token of a session
 * that a remember-me login started, because theft detection needs its first use.
 */
function signatureSuffices(context: EngineContext, claims: TokenClaims, now: number): boolean {
  const cached = context.credentialCache.lookup(claims.sid)
  const lastSeenAt = Math.max(cached?.lastSeenAt ?? 0, claims.iat * SECOND)
  return (
    context.revocationFeed.isCurrent(now) &&
    now < lastSeenAt + context.policy.sessionIdleTimeout &&
    !mayPredateChange(context, claims) &&
    !claims.amr.includes('remembered')
  )
}

/** With whole seconds and clock skew, `iat` does not separate older tokens from newer ones: the roles do. */
function mayPredateChange(context: EngineContext, { sid, iat }: TokenClaims): boolean {
  const changedAt = context.revocationFeed.changedAt(sid)
  return changedAt !== undefined && iat * SECOND < changedAt + MAX_CLOCK_SKEW
}

type LiveSession =
  /** `checkpoint` was taken before the read: see `cacheAccepted`. */
  | { readonly ok: true; readonly session: SessionRecord; readonly checkpoint: number }
  | { readonly ok: false; readonly reason: RefusalReason }

/** Reads and evaluates a session: by its secret, or by its lifetime only when a token stands for the secret. */
export async function findLiveSession(
  context: EngineContext,
  sid: string,
  presented: PresentedCredential | undefined,
): Promise<LiveSession> {
  const checkpoint = context.revocationFeed.checkpoint()
  const found = await context.store.credentials.find(sid)
  const verdict = evaluate(context, found, presented, sid)
  if (!verdict.ok) return verdict
  const revokedMeanwhile = context.revocationFeed.revocationReason(sid)
  return revokedMeanwhile ? { ok: false, reason: revokedMeanwhile } : { ...verdict, checkpoint }
}

function evaluate(
  context: EngineContext,
  found: CredentialRecord | Tombstone | undefined,
  presented: PresentedCredential | undefined,
  sid: string,
): SessionEvaluation {
  const now = context.clock.now()
  const lastSeenAt = context.credentialCache.lookup(sid)?.lastSeenAt ?? 0
  return presented
    ? evaluateSession(found, presented, lastSeenAt, now, context.policy)
    : evaluateLifetime(found, lastSeenAt, now, context.policy)
}

/** Caches a verified credential, unless the feed reported a change since the checkpoint: then the result is valid for this request only. */
function cacheAccepted(
  context: EngineContext,
  { kind, raw, client }: RequestCredential,
  principal: Principal,
  session: SessionRecord,
  checkpoint: number,
  acceptedWith: AcceptedDeviceProof,
  passive: boolean,
): void {
  if (context.revocationFeed.changedSince(session.id, checkpoint)) return
  const cached = context.credentialCache.upsertSession(session.id, session.lastSeenAt, session)
  context.credentialCache.observe(cached, client, context.clock.now())
  if (kind === 'session')
    context.credentialCache.putSession(raw, cached, acceptedWith.validUntil === Number.POSITIVE_INFINITY ? undefined : acceptedWith)
  else context.credentialCache.putToken(raw, principal, cached, acceptedWith.validUntil)
  if (!passive) context.credentialCache.markUsed(cached, context.clock.now())
}

/**
 * Records at the remember-me login that the session started by its rotation is in use. It is written before the response: from now on a
 * client that still holds the previous secret is not the one that received this session. Returns the current session; undefined when it was
 * revoked meanwhile.
 */
async function reportFirstUse(context: EngineContext, session: SessionRecord): Promise<SessionRecord | undefined> {
  let current = session
  for (let attempt = 0; attempt < MAX_CAS_RETRIES; attempt += 1) {
    if (current.confirmsRotationOf === null) return current
    const login = await context.store.credentials.find(current.confirmsRotationOf)
    const updatedLogin = login?.kind === 'remember_me' ? withRotatedSessionUsed(login, current.id) : undefined
    const next = { ...current, version: current.version + 1, confirmsRotationOf: null }
    const changes: Change[] = [{ do: 'replace credential', next, ifVersion: current.version }]
    if (login && updatedLogin) changes.push({ do: 'replace credential', next: updatedLogin, ifVersion: updatedLogin.version - 1 })
    if ((await context.store.write(changes)).committed) return next
    const again = await context.store.credentials.find(current.id)
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
