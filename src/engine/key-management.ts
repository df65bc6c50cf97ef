// Signing keys and service keys: actions of operators and administrators. A service key is shown once and stored as a digest.

import { AuthError } from '../domain/errors.ts'
import type { KeyRingRecord, ServiceKeyRecord } from '../domain/key-ring.ts'
import { SERVICE_KEY_DIGEST } from '../domain/persisted-names.ts'
import { type Actor, type AdminAction, writeAudited } from './audited-write.ts'
import type { EngineContext } from './context.ts'
import type { WriteRing } from './key-ring.ts'

export interface NewServiceKey {
  readonly record: ServiceKeyRecord
  readonly value: string
}

/** Retires the signing key; the next one signs. Refusals, of administrators only: as `writeAudited`. @throws StoreError */
export async function rotateSigningKey(context: EngineContext, actor: Actor): Promise<KeyRingRecord | AuthError> {
  return context.keys.rotate(auditedWrite(context, actor, { userId: null, action: 'key.rotate', detail: {} }))
}

/** Refusals, of administrators only: as `writeAudited`. @throws StoreError */
export async function addServiceKey(context: EngineContext, actor: Actor, name: string): Promise<NewServiceKey | AuthError> {
  const id = context.secrets.randomId()
  const value = `${id}.${context.secrets.randomId()}${context.secrets.randomId()}`
  const record = { id, name, hash: context.secrets.digest(SERVICE_KEY_DIGEST, value), createdAt: context.clock.now() }
  const action = { userId: null, action: 'key.create', detail: { id, service: name } } as const
  const added = await context.keys.addService(record, auditedWrite(context, actor, action))
  return added instanceof AuthError ? added : { record, value }
}

/** Returns the removed key. Refusal: `resource.not_found`. @throws StoreError */
export async function removeServiceKey(context: EngineContext, actor: Actor, id: string): Promise<ServiceKeyRecord | AuthError> {
  const { services } = await context.keys.read()
  const found = services.find((service) => service.id === id)
  if (found === undefined) return new AuthError('resource.not_found')
  const action = { userId: null, action: 'key.remove', detail: { id, service: found.name } } as const
  const removed = await context.keys.removeService(id, auditedWrite(context, actor, action))
  return removed instanceof AuthError ? removed : found
}

function auditedWrite(context: EngineContext, actor: Actor, action: AdminAction): WriteRing {
  return (changes, at) => writeAudited(context, actor, [action], changes, at)
}

/** The id of a key that `isServiceKey` has just accepted. */
export function serviceKeyId(context: EngineContext, value: string): string | undefined {
  const hash = context.secrets.digest(SERVICE_KEY_DIGEST, value)
  return context.keys.services().find((service) => service.hash === hash)?.id
}

/** True for a valid service key. @throws StoreError */
export async function isServiceKey(context: EngineContext, value: string): Promise<boolean> {
  const hash = context.secrets.digest(SERVICE_KEY_DIGEST, value)
  const isKnown = () => context.keys.services().some((service) => service.hash === hash)
  if (isKnown()) return true
  // Another process may have added it a moment ago.
  await context.keys.reload()
  return isKnown()
}
