// A lineage bound to a device (Device Bound Session Credentials): what is decided by it. Pure, and the only place where it is decided.

import type { Severity } from './audit-event.ts'
import type { CredentialRecord, Delivery, DeviceBinding } from './credential.ts'
import type { EcPublicJwk } from './dpop.ts'
import { MINUTE, SECOND } from './time.ts'

/**
 * `off`: nothing is bound, and what is bound already is taken unbound too. `preferred`: whoever can is bound. `required`: a session in
 * a cookie is good for what it takes to bind it, and then only bound.
 */
export type DevicePolicy = 'off' | 'preferred' | 'required'

/** How long the device proof in a cookie is good: milliseconds. Below two minutes browsers renew it with every request. */
export const DEVICE_PROOF_LIFETIME = 10 * MINUTE
/** A browser counts from when the cookie reached it, a request takes its time, and the clocks of two servers may be a minute and a half apart. */
export const DEVICE_PROOF_CLOCK_SKEW = 2 * MINUTE
/** A browser binds right after a sign-in. Later nobody does, so that what is copied later cannot be bound by whoever copied it. */
const REGISTRATION_TIMEOUT = 5 * MINUTE
/** One that is sent ahead waits until the device proof is near its end. */
const CHALLENGE_LIFETIME = 15 * MINUTE
/** A browser whose answer was lost sends the same proof again. */
const REPLAY_TOLERANCE = 30 * SECOND
/** Of an unbound session where a bound one is required: milliseconds from its start. */
const UNBOUND_GRACE = 2 * MINUTE
/** Requests that were under way while the browser was binding come without a proof. A binding that is not confirmed by then was none. */
const BINDING_GRACE_MS = 30 * SECOND

export function createBinding(key: EcPublicJwk, generation: number, now: number): DeviceBinding {
  return { x: key.x, y: key.y, boundAt: now, generation, confirmedAt: 0, challengeAt: 0, answeredAt: 0 }
}

export function bindingKey({ x, y }: DeviceBinding): EcPublicJwk {
  return { crv: 'P-256', kty: 'EC', x, y }
}

/** `bind`: for the first time. `again`: what was bound by this very proof, whose answer was lost. */
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

/** `again`: this challenge has been answered just now, and the answer to that may have been lost. */
export function evaluateChallenge(binding: DeviceBinding, challengeAt: number, now: number): 'renew' | 'repeat' | 'stale' {
  if (challengeAt > binding.challengeAt) return now > challengeAt + CHALLENGE_LIFETIME ? 'stale' : 'renew'
  return challengeAt === binding.challengeAt && now <= binding.answeredAt + REPLAY_TOLERANCE ? 'repeat' : 'stale'
}

/** Later than every challenge that was answered, also by a clock that is behind that of whoever made those. */
export function nextChallengeTime(binding: DeviceBinding, now: number): number {
  return Math.max(now, binding.challengeAt + 1)
}

export type DeviceEvaluation =
  /** Until when this can be said again without asking: milliseconds since 1970. */
  { readonly ok: true; readonly validUntil: number } | { readonly ok: false; readonly reason: DeviceProofFailure }

/**
 * `mismatch`: a copy without the device. `binding`: the same, or a request from before the browser had its proof. `unbound`: what the
 * policy does not take unbound any more.
 */
export type DeviceProofFailure = 'mismatch' | 'binding' | 'unbound'

interface Bindable {
  readonly kind: CredentialRecord['kind']
  readonly startedAt: number
  readonly delivery?: Delivery
  readonly binding?: DeviceBinding
}

/** @param proofValidUntil the end of the device proof that came along, if it is one of this lineage */
export function evaluateDevice(record: Bindable, proofValidUntil: number | undefined, now: number, policy: DevicePolicy): DeviceEvaluation {
  const { binding, ...unbound } = record
  const hasProof = proofValidUntil !== undefined && now < proofValidUntil
  const isBound = binding !== undefined && (hasProof || !isBindingExpired(binding, now))
  const validUntil =
    policy === 'off' ? Number.POSITIVE_INFINITY : isBound ? (proofValidUntil ?? 0) : validWithoutProofUntil(unbound, policy)
  if (now < validUntil) return { ok: true, validUntil }
  return { ok: false, reason: !isBound ? 'unbound' : binding.confirmedAt === 0 ? 'binding' : 'mismatch' }
}

/** Whether a copy without the device is worth nothing. */
export function requiresDeviceProof({ binding }: Pick<Bindable, 'binding'>, now: number, policy: DevicePolicy): boolean {
  return policy !== 'off' && binding !== undefined && !isBindingExpired(binding, now)
}

/** The browser never showed what it was bound with: it did not hear of it, and goes on as before. */
export function isBindingExpired({ confirmedAt, boundAt }: DeviceBinding, now: number): boolean {
  return confirmedAt === 0 && now > boundAt + BINDING_GRACE_MS
}

/** Until when it does without a device proof, as far as can be said ahead. */
export function validWithoutProofUntil({ kind, startedAt, delivery, binding }: Bindable, policy: DevicePolicy): number {
  if (policy === 'off') return Number.POSITIVE_INFINITY
  if (binding) return 0
  if (policy === 'preferred' || delivery === 'header') return Number.POSITIVE_INFINITY
  return kind === 'remember_me' ? 0 : startedAt + UNBOUND_GRACE
}

/** What a copy without the device is worth telling: a browser can lack its proof truthfully for a moment, or say that it does. */
export function severityOfMismatch(
  record: Pick<CredentialRecord, 'userAgent' | 'binding'>,
  presenter: { readonly userAgent: string; readonly skipped: boolean },
  now: number,
): Extract<Severity, 'notice' | 'alarm'> {
  const isWithinBindingGrace = record.binding !== undefined && now <= record.binding.boundAt + BINDING_GRACE_MS
  return presenter.userAgent === record.userAgent && (presenter.skipped || isWithinBindingGrace) ? 'notice' : 'alarm'
}
