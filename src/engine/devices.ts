// Binding a lineage to the device whose browser signed in, and renewing the proof that it is still there.

import type { CredentialRecord, SessionRecord } from '../domain/credential.ts'
import { bind, judgeChallenge, judgeRegistration, keyOfBinding } from '../domain/device-binding.ts'
import type { DeviceProof } from '../domain/device-proof.ts'
import { AuthError } from '../domain/errors.ts'
import { withRotatedSessionUsed } from '../domain/remembered-login.ts'
import { judgeSession } from '../domain/session.ts'
import type { Change } from '../ports/store.ts'
import { sessionRequired } from './authenticate.ts'
import { challengeAt, challengeToRenew, issueDeviceProof } from './device-proofs.ts'
import { auditEvent } from './issue.ts'
import { lineageOf, replaced } from './lineage.ts'
import { MAX_ATTEMPTS, type Parts, type Whence } from './parts.ts'

/** A lineage whose device has shown itself. */
export interface ProvenDevice {
  readonly lineage: string
  /** The value of the device proof's cookie. */
  readonly proof: string
  /** For the next time; undefined right after binding. */
  readonly nextChallenge: string | undefined
}

/** The browser has to answer this first. */
export interface DeviceChallenge {
  readonly lineage: string
  readonly challenge: string
}

export type DeviceRefusal = 'device_missing' | 'device_malformed' | 'device_audience' | 'device_challenge'

/**
 * Binds the lineage of a session to the key in the proof. The same proof once more, shortly after, is answered alike.
 * Refusals: `session.required`, `proof.required` with a DeviceRefusal.
 *
 * @param url the address that the proof was sent to
 * @throws StoreError
 */
export async function bindDevice(
  parts: Parts,
  credential: string,
  sent: string,
  url: string,
  whence: Whence,
): Promise<ProvenDevice | AuthError> {
  const opened = parts.secrets.open('session', credential)
  if (opened === undefined) return sessionRequired('unknown')
  const shown = parts.keyProofs.readDevice(sent)
  if (shown === undefined) return deviceRefused('device_malformed')
  if (isForElsewhere(shown, url)) return deviceRefused('device_audience')
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const now = parts.clock.now()
    const found = await parts.store.credentials.find(opened.id)
    const verdict = judgeSession(found, opened, parts.verified.known(opened.id)?.lastSeenAt ?? 0, now, parts.policy)
    if (!verdict.ok) return sessionRequired(verdict.reason)
    const { session } = verdict
    const root = await rootOf(parts, session)
    const madeAt = challengeAt(parts, 'device-binding', session.lineage, shown.challenge)
    if (root === undefined || madeAt === undefined || parts.policy.deviceBinding === 'off') return deviceRefused('device_challenge')
    const judged = judgeRegistration(root.binding, shown.key, madeAt, now)
    if (judged === 'refuse') return deviceRefused('device_challenge')
    const proven = { lineage: session.lineage, proof: issueDeviceProof(parts, session.lineage, now), nextChallenge: undefined }
    if (judged === 'again' || (await writeBinding(parts, root, session, shown, whence, now))) return proven
  }
  return new AuthError('server.busy', { retryAfter: 1 })
}

/** Undefined where it has ended: then nothing that hangs on it can be bound any more. */
async function rootOf(parts: Parts, session: SessionRecord): Promise<CredentialRecord | undefined> {
  if (session.lineage === session.id) return session
  const found = await parts.store.credentials.find(session.lineage)
  return found === undefined || found.kind === 'tombstone' ? undefined : found
}

/** From here on every credential of the lineage needs the device, in every process: whoever remembers one forgets it. */
async function writeBinding(
  parts: Parts,
  root: CredentialRecord,
  session: SessionRecord,
  { key }: DeviceProof,
  whence: Whence,
  now: number,
): Promise<boolean> {
  const binding = bind(key, root.kind === 'remember_me' ? root.generation : 0, now)
  const sessions = (await lineageOf(parts, root)).filter((record) => record.kind === 'session')
  const written = await parts.store.write([
    ...(root.kind === 'remember_me' ? [replaced({ ...(withRotatedSessionUsed(root, session.id) ?? root), binding }, root.version)] : []),
    ...sessions.map((one) =>
      replaced(one.id === session.id ? { ...one, confirmsRotationOf: null, binding } : { ...one, binding }, one.version),
    ),
    ...sessions.map(({ id, roles }): Change => ({ do: 'append entry', entry: { kind: 'changed', sid: id, at: now, roles } })),
    auditEvent(
      parts,
      whence,
      { userId: session.userId, action: 'device.bind', sessionId: session.id, detail: { lineage: root.id } },
      now,
    ),
  ])
  if (!written.landed) return false
  for (const { id } of sessions) parts.endings.noteChanged(id, now)
  return true
}

/** Credentials that came along with a renewal. */
export interface Jar {
  readonly session: string | undefined
  readonly remembered: string | undefined
}

/**
 * Whether the browser holds a genuine credential of another lineage: somebody else has signed in since, and two bindings must not guard one
 * cookie. Credentials may also be missing, as on the way from another site.
 */
async function holdsAnother(parts: Parts, lineage: string, jar: Jar): Promise<boolean> {
  const session = jar.session === undefined ? undefined : parts.secrets.open('session', jar.session)
  const found = session && (await parts.store.credentials.find(session.id))
  if (session && found?.kind === 'session' && found.hash === session.hash) return found.lineage !== lineage
  const remembered = jar.remembered === undefined ? undefined : parts.secrets.open('remember_me', jar.remembered)
  return remembered !== undefined && remembered.id !== lineage
}

/**
 * A new device proof for an answered challenge, a challenge for none or for one that is too old or not of this lineage, `over` when the lineage has ended, or is no longer the browser's.
 * Refusals: `proof.required` with a DeviceRefusal.
 *
 * @throws StoreError
 */
export async function renewDeviceProof(
  parts: Parts,
  lineage: string,
  sent: string | undefined,
  url: string,
  jar: Jar,
): Promise<ProvenDevice | DeviceChallenge | 'over' | AuthError> {
  if (await holdsAnother(parts, lineage, jar)) return 'over'
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const now = parts.clock.now()
    const root = await parts.store.credentials.find(lineage)
    if (root === undefined || root.kind === 'tombstone' || root.binding === undefined || hasLapsed(parts, root, now)) return 'over'
    const { binding } = root
    const asked = { lineage, challenge: challengeToRenew(parts, lineage, binding, now) }
    if (sent === undefined) return asked
    const shown = parts.keyProofs.readDevice(sent, keyOfBinding(binding))
    if (shown === undefined) return deviceRefused('device_malformed')
    if (isForElsewhere(shown, url)) return deviceRefused('device_audience')
    const madeAt = challengeAt(parts, 'device-renewal', lineage, shown.challenge)
    const judged = madeAt === undefined ? 'old' : judgeChallenge(binding, madeAt, now)
    if (madeAt === undefined || judged === 'old') return asked
    const answered =
      judged === 'again' ? binding : { ...binding, confirmedAt: binding.confirmedAt || now, challengeAt: madeAt, answeredAt: now }
    if (judged === 'renew' && !(await parts.store.write([replaced({ ...root, binding: answered }, root.version)])).landed) continue
    const nextChallenge = challengeToRenew(parts, lineage, answered, now)
    return { lineage, proof: issueDeviceProof(parts, lineage, now), nextChallenge }
  }
  return new AuthError('server.busy', { retryAfter: 1 })
}

/** What the janitor has not come by to end yet is over all the same. */
function hasLapsed(parts: Parts, root: CredentialRecord, now: number): boolean {
  if (now >= root.expiresAt) return true
  const lastSeenAt = Math.max(root.lastSeenAt, parts.verified.known(root.id)?.lastSeenAt ?? 0)
  return root.kind === 'session' && now >= lastSeenAt + parts.policy.sessionIdleTimeout
}

function isForElsewhere({ audience }: DeviceProof, url: string): boolean {
  return audience !== null && audience !== url
}

export function deviceRefused(reason: DeviceRefusal): AuthError {
  return new AuthError('proof.required', { reason })
}

export function isChallenge(renewed: ProvenDevice | DeviceChallenge): renewed is DeviceChallenge {
  return 'challenge' in renewed
}
