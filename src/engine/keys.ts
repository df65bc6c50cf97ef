// What operators and administrators do to keys. Those of other services are shown once, and kept as a digest.

import { AuthError } from '../domain/errors.ts'
import type { KeyRingRecord, ServiceKeyRecord } from '../domain/key-ring.ts'
import { SERVICE_KEY_DIGEST } from '../domain/persisted-names.ts'
import { type Actor, type Deed, writeAs } from './actor.ts'
import type { WriteRing } from './key-ring.ts'
import type { Parts } from './parts.ts'

export interface NewServiceKey {
  readonly record: ServiceKeyRecord
  readonly value: string
}

/** Retires the signing key; the next one signs. Refusals only of administrators: as `writeAs`. @throws StoreError */
export async function rotateSigningKey(parts: Parts, actor: Actor): Promise<KeyRingRecord | AuthError> {
  return parts.keys.rotate(recorded(parts, actor, { userId: null, action: 'key.rotate', detail: {} }))
}

/** Refusals only of administrators: as `writeAs`. @throws StoreError */
export async function addServiceKey(parts: Parts, actor: Actor, name: string): Promise<NewServiceKey | AuthError> {
  const id = parts.secrets.randomId()
  const value = `${id}.${parts.secrets.randomId()}${parts.secrets.randomId()}`
  const record = { id, name, hash: parts.secrets.digest(SERVICE_KEY_DIGEST, value), createdAt: parts.clock.now() }
  const deed = { userId: null, action: 'key.create', detail: { id, service: name } } as const
  const added = await parts.keys.addService(record, recorded(parts, actor, deed))
  return added instanceof AuthError ? added : { record, value }
}

/** The key that opens nothing any more. Refusal: `resource.not_found`. @throws StoreError */
export async function removeServiceKey(parts: Parts, actor: Actor, id: string): Promise<ServiceKeyRecord | AuthError> {
  const { services } = await parts.keys.read()
  const found = services.find((service) => service.id === id)
  if (found === undefined) return new AuthError('resource.not_found')
  const deed = { userId: null, action: 'key.remove', detail: { id, service: found.name } } as const
  const removed = await parts.keys.removeService(id, recorded(parts, actor, deed))
  return removed instanceof AuthError ? removed : found
}

function recorded(parts: Parts, actor: Actor, deed: Deed): WriteRing {
  return (changes, at) => writeAs(parts, actor, [deed], changes, at)
}

/** The id of a key that `isServiceKey` has just found. */
export function serviceKeyId(parts: Parts, value: string): string | undefined {
  const hash = parts.secrets.digest(SERVICE_KEY_DIGEST, value)
  return parts.keys.services().find((service) => service.hash === hash)?.id
}

/** True for a key that was added. @throws StoreError */
export async function isServiceKey(parts: Parts, value: string): Promise<boolean> {
  const hash = parts.secrets.digest(SERVICE_KEY_DIGEST, value)
  const isKnown = () => parts.keys.services().some((service) => service.hash === hash)
  if (isKnown()) return true
  // It may have been added a moment ago, elsewhere.
  await parts.keys.readAgain()
  return isKnown()
}
