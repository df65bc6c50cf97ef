// Device binding (Device Bound Session Credentials): every decision about a lineage that is bound to a device. Pure functions.

import type { Severity } from './audit-event.ts'
import type { CredentialRecord, Delivery, DeviceBinding } from './credential.ts'
import type { EcPublicJwk } from './dpop.ts'
import { MINUTE, SECOND } from './time.ts'

/**
 * `off`: no binding, and existing bindings are not enforced. `preferred`: browsers that support it are bound. `required`: an unbound
 * session in a cookie is valid only for the time that binding takes.
 */
export type DevicePolicy = 'off' | 'preferred' | 'required'

/** Lifetime of the device proof cookie, in milliseconds. Below two minutes browsers renew it with every request. */
export const DEVICE_PROOF_LIFETIME = 10 * MINUTE
/** The browser starts counting when the cookie arrives, a request takes time, and two servers' clocks may differ by 90 seconds. */
export const DEVICE_PROOF_CLOCK_SKEW = 2 * MINUTE
/** A browser binds right after a sign-in. Later binding is refused, so that an attacker cannot bind a copied credential. */
const REGISTRATION_TIMEOUT = 5 * MINUTE
/** A challenge that was sent in advance is answered when the device proof is about to expire. */
const CHALLENGE_LIFETIME = 15 * MINUTE
/** When the response was lost, the browser sends the same proof again. */
const REPLAY_TOLERANCE = 30 * SECOND
/** How long an unbound session is valid when binding is required, in milliseconds from its start. */
const UNBOUND_GRACE = 2 * MINUTE
/** Requests sent while the browser was binding arrive without a proof. A binding that is not confirmed by then is discarded. */
const BINDING_GRACE_MS = 30 * SECOND

export function createBinding(key: EcPublicJwk, generation: number, now: number): DeviceBinding {
  return { x: key.x, y: key.y, boundAt: now, generation, confirmedAt: 0, challengeAt: 0, answeredAt: 0 }
}

export function bindingKey({ x, y }: DeviceBinding): EcPublicJwk {
  return { crv: 'P-256', kty: 'EC', x, y }
}

/** `bind`: first registration. `repeat`: the same key again, because the response was lost. */
export function evaluateRegistration(
  bound: DeviceBinding | undefined,
  key: EcPublicJwk,
  challengeAt: number,
  now: number,
): 'bind' | 'repeat' | 'refuse' {
  if (now > challengeAt + REGISTRATION_TIMEOUT) return 'refuse'
  if (bound === undefined || isBindingExpired(bound, now)) return 'bind'
  return bound.x === key.x && bound.y === key.y && now <= bound.boundAt + REPLAY_TOLERANCE ? 'repeat' : 'refuse'
}

/** `repeat`: this challenge was answered a moment ago, and the response may have been lost. */
export function evaluateChallenge(binding: DeviceBinding, challengeAt: number, now: number): 'renew' | 'repeat' | 'stale' {
  if (challengeAt > binding.challengeAt) return now > challengeAt + CHALLENGE_LIFETIME ? 'stale' : 'renew'
  return challengeAt === binding.challengeAt && now <= binding.answeredAt + REPLAY_TOLERANCE ? 'repeat' : 'stale'
}

/** Later than every answered challenge, also when this server's clock is behind the one that issued it. */
export function nextChallengeTime(binding: DeviceBinding, now: number): number {
  return Math.max(now, binding.challengeAt + 1)
}

export type DeviceEvaluation =
  /** How long this result holds without a new check: milliseconds since 1970. */
  { readonly ok: true; readonly validUntil: number } | { readonly ok: false; readonly reason: DeviceProofFailure }

/**
 * `mismatch`: a copy without the device. `binding`: the same, or a request from before the browser had its proof. `unbound`: the policy
 * requires a binding that is missing.
 */
export type DeviceProofFailure = 'mismatch' | 'binding' | 'unbound'

interface Bindable {
  readonly kind: CredentialRecord['kind']
  readonly startedAt: number
  readonly delivery?: Delivery
  readonly binding?: DeviceBinding
}

/** @param proofValidUntil the expiry of the presented device proof, if it belongs to this lineage */
export function evaluateDevice(record: Bindable, proofValidUntil: number | undefined, now: number, policy: DevicePolicy): DeviceEvaluation {
  const { binding, ...unbound } = record
  const hasProof = proofValidUntil !== undefined && now < proofValidUntil
  const isBound = binding !== undefined && (hasProof || !isBindingExpired(binding, now))
  const validUntil =
    policy === 'off' ? Number.POSITIVE_INFINITY : isBound ? (proofValidUntil ?? 0) : validWithoutProofUntil(unbound, policy)
  if (now < validUntil) return { ok: true, validUntil }
  return { ok: false, reason: !isBound ? 'unbound' : binding.confirmedAt === 0 ? 'binding' : 'mismatch' }
}

/** Whether a copy without the device is useless. */
export function requiresDeviceProof({ binding }: Pick<Bindable, 'binding'>, now: number, policy: DevicePolicy): boolean {
  return policy !== 'off' && binding !== undefined && !isBindingExpired(binding, now)
}

/** The browser never presented its proof: the response that bound it was lost, so the binding is ignored. */
export function isBindingExpired({ confirmedAt, boundAt }: DeviceBinding, now: number): boolean {
  return confirmedAt === 0 && now > boundAt + BINDING_GRACE_MS
}

/** How long the credential is valid without a device proof, as far as known in advance. */
export function validWithoutProofUntil({ kind, startedAt, delivery, binding }: Bindable, policy: DevicePolicy): number {
  if (policy === 'off') return Number.POSITIVE_INFINITY
  if (binding) return 0
  if (policy === 'preferred' || delivery === 'header') return Number.POSITIVE_INFINITY
  return kind === 'remember_me' ? 0 : startedAt + UNBOUND_GRACE
}

/** The severity of a credential without its device: a browser may genuinely lack its proof for a moment, or claim to. */
export function severityOfMismatch(
  record: Pick<CredentialRecord, 'userAgent' | 'binding'>,
  presenter: { readonly userAgent: string; readonly skipped: boolean },
  now: number,
): Extract<Severity, 'notice' | 'alarm'> {
  const isWithinBindingGrace = record.binding !== undefined && now <= record.binding.boundAt + BINDING_GRACE_MS
  return presenter.userAgent === record.userAgent && (presenter.skipped || isWithinBindingGrace) ? 'notice' : 'alarm'
}
