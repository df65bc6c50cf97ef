// Device binding (DBSC): binds a lineage to the browser's device, and renews the device proof.

import type { CredentialRecord, SessionRecord } from '../domain/credential.ts'
import type { DbscProof } from '../domain/dbsc-proof.ts'
import { bindingKey, createBinding, evaluateChallenge, evaluateRegistration } from '../domain/device-binding.ts'
import { AuthError } from '../domain/errors.ts'
import { DEVICE_BINDING_SEAL, DEVICE_RENEWAL_SEAL } from '../domain/persisted-names.ts'
import { withRotatedSessionUsed } from '../domain/remember-me-login.ts'
import { evaluateSession } from '../domain/session.ts'
import type { Change } from '../ports/store.ts'
import { sessionRequired } from './authenticate.ts'
import { type ClientInfo, type EngineContext, MAX_CAS_RETRIES } from './context.ts'
import { challengeTime, issueDeviceProof, refreshChallenge } from './dbsc-proofs.ts'
import { auditEvent } from './issue-credentials.ts'
import { listLineage, replaceCredential } from './lineage.ts'

/** A lineage with a new device proof. */
export interface RenewedDeviceProof {
  readonly lineage: string
  /** The value of the device proof cookie. */
  readonly proof: string
  /** For the next renewal; undefined right after binding. */
  readonly nextChallenge: string | undefined
}

/** The browser has to answer this challenge first. */
export interface DeviceChallenge {
  readonly lineage: string
  readonly challenge: string
}

export type DeviceRefusal = 'device_missing' | 'device_malformed' | 'device_audience' | 'device_challenge'

/**
 * Binds the lineage of a session to the key in the proof. The same proof again, shortly after, gets the same response. Refusals:
 * `session.required`, `proof.required` with a DeviceRefusal.
 *
 * @param url the URL that the proof was sent to
 * @throws StoreError
 */
export async function bindDevice(
  context: EngineContext,
  credential: string,
  jwt: string,
  url: string,
  clientInfo: ClientInfo,
): Promise<RenewedDeviceProof | AuthError> {
  const opened = context.secrets.open('session', credential)
  if (opened === undefined) return sessionRequired('unknown')
  const proof = context.proofVerifier.readDevice(jwt)
  if (proof === undefined) return dbscRefused('device_malformed')
  if (hasWrongAudience(proof, url)) return dbscRefused('device_audience')
  for (let attempt = 0; attempt < MAX_CAS_RETRIES; attempt += 1) {
    const now = context.clock.now()
    const found = await context.store.credentials.find(opened.id)
    const verdict = evaluateSession(found, opened, context.credentialCache.lookup(opened.id)?.lastSeenAt ?? 0, now, context.policy)
    if (!verdict.ok) return sessionRequired(verdict.reason)
    const { session } = verdict
    const root = await lineageRoot(context, session)
    const madeAt = challengeTime(context, DEVICE_BINDING_SEAL, session.lineage, proof.challenge)
    if (root === undefined || madeAt === undefined || context.policy.deviceBinding === 'off') return dbscRefused('device_challenge')
    const decision = evaluateRegistration(root.binding, proof.key, madeAt, now)
    if (decision === 'refuse') return dbscRefused('device_challenge')
    const result = { lineage: session.lineage, proof: issueDeviceProof(context, session.lineage, now), nextChallenge: undefined }
    if (decision === 'repeat' || (await saveBinding(context, root, session, proof, clientInfo, now))) return result
  }
  return new AuthError('server.busy', { retryAfter: 1 })
}

/** Undefined when the root was revoked: then the lineage can no longer be bound. */
async function lineageRoot(context: EngineContext, session: SessionRecord): Promise<CredentialRecord | undefined> {
  if (session.lineage === session.id) return session
  const found = await context.store.credentials.find(session.lineage)
  return found === undefined || found.kind === 'tombstone' ? undefined : found
}

/**
 * Saves the binding and invalidates the sessions in every process's cache: from now on every credential of the lineage needs the device.
 */
async function saveBinding(
  context: EngineContext,
  root: CredentialRecord,
  session: SessionRecord,
  { key }: DbscProof,
  clientInfo: ClientInfo,
  now: number,
): Promise<boolean> {
  const binding = createBinding(key, root.kind === 'remember_me' ? root.generation : 0, now)
  const sessions = (await listLineage(context, root)).filter((record) => record.kind === 'session')
  const written = await context.store.write([
    ...(root.kind === 'remember_me'
      ? [replaceCredential({ ...(withRotatedSessionUsed(root, session.id) ?? root), binding }, root.version)]
      : []),
    ...sessions.map((one) =>
      replaceCredential(one.id === session.id ? { ...one, confirmsRotationOf: null, binding } : { ...one, binding }, one.version),
    ),
    ...sessions.map(({ id, roles }): Change => ({ do: 'append entry', entry: { kind: 'changed', sid: id, at: now, roles } })),
    auditEvent(
      context,
      clientInfo,
      { userId: session.userId, action: 'device.bind', sessionId: session.id, detail: { lineage: root.id } },
      now,
    ),
  ])
  if (!written.committed) return false
  for (const { id } of sessions) context.revocationFeed.recordChanged(id, now)
  return true
}

/** Credentials that accompanied a renewal. */
export interface PresentedCredentials {
  readonly session: string | undefined
  readonly rememberMe: string | undefined
}

/**
 * Whether the browser holds a genuine credential of another lineage: another user has signed in since, and two bindings must not protect
 * one cookie. Credentials may also be missing, for example on a cross-site request.
 */
async function holdsOtherSignIn(context: EngineContext, lineage: string, presented: PresentedCredentials): Promise<boolean> {
  const session = presented.session === undefined ? undefined : context.secrets.open('session', presented.session)
  const found = session && (await context.store.credentials.find(session.id))
  if (session && found?.kind === 'session' && found.hash === session.hash) return found.lineage !== lineage
  const rememberMe = presented.rememberMe === undefined ? undefined : context.secrets.open('remember_me', presented.rememberMe)
  return rememberMe !== undefined && rememberMe.id !== lineage
}

/**
 * Returns a new device proof for an answered challenge; a new challenge when none was answered, or when it is too old or belongs to another
 * lineage; `terminated` when the lineage was revoked, or is no longer the one in this browser. Refusals: `proof.required` with a
 * DeviceRefusal.
 *
 * @throws StoreError
 */
export async function renewDeviceProof(
  context: EngineContext,
  lineage: string,
  jwt: string | undefined,
  url: string,
  presented: PresentedCredentials,
): Promise<RenewedDeviceProof | DeviceChallenge | 'terminated' | AuthError> {
  if (await holdsOtherSignIn(context, lineage, presented)) return 'terminated'
  for (let attempt = 0; attempt < MAX_CAS_RETRIES; attempt += 1) {
    const now = context.clock.now()
    const root = await context.store.credentials.find(lineage)
    if (root === undefined || root.kind === 'tombstone' || root.binding === undefined || isExpired(context, root, now)) return 'terminated'
    const { binding } = root
    const challengeResult = { lineage, challenge: refreshChallenge(context, lineage, binding, now) }
    if (jwt === undefined) return challengeResult
    const proof = context.proofVerifier.readDevice(jwt, bindingKey(binding))
    if (proof === undefined) return dbscRefused('device_malformed')
    if (hasWrongAudience(proof, url)) return dbscRefused('device_audience')
    const madeAt = challengeTime(context, DEVICE_RENEWAL_SEAL, lineage, proof.challenge)
    const decision = madeAt === undefined ? 'stale' : evaluateChallenge(binding, madeAt, now)
    if (madeAt === undefined || decision === 'stale') return challengeResult
    const answered =
      decision === 'repeat' ? binding : { ...binding, confirmedAt: binding.confirmedAt || now, challengeAt: madeAt, answeredAt: now }
    if (decision === 'renew' && !(await context.store.write([replaceCredential({ ...root, binding: answered }, root.version)])).committed)
      continue
    const nextChallenge = refreshChallenge(context, lineage, answered, now)
    return { lineage, proof: issueDeviceProof(context, lineage, now), nextChallenge }
  }
  return new AuthError('server.busy', { retryAfter: 1 })
}

/** The maintenance job may not have revoked an expired root yet. */
function isExpired(context: EngineContext, root: CredentialRecord, now: number): boolean {
  if (now >= root.expiresAt) return true
  const lastSeenAt = Math.max(root.lastSeenAt, context.credentialCache.lookup(root.id)?.lastSeenAt ?? 0)
  return root.kind === 'session' && now >= lastSeenAt + context.policy.sessionIdleTimeout
}

function hasWrongAudience({ audience }: DbscProof, url: string): boolean {
  return audience !== null && audience !== url
}

export function dbscRefused(reason: DeviceRefusal): AuthError {
  return new AuthError('proof.required', { reason })
}

export function isDeviceChallenge(renewed: RenewedDeviceProof | DeviceChallenge): renewed is DeviceChallenge {
  return 'challenge' in renewed
}
