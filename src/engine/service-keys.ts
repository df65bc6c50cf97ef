// Keys for other services of the deployment: shown once, kept as a digest.

import type { ServiceKeyRecord } from '../domain/key-ring.ts'
import type { Parts } from './parts.ts'

const PURPOSE = 'service-key'

/** @throws StoreError */
export async function addServiceKey(parts: Parts, name: string): Promise<{ readonly record: ServiceKeyRecord; readonly value: string }> {
  const id = parts.secrets.randomId()
  const value = `${id}.${parts.secrets.randomId()}${parts.secrets.randomId()}`
  const record = { id, name, hash: parts.secrets.digest(PURPOSE, value), createdAt: parts.clock.now() }
  await parts.keys.addService(record)
  return { record, value }
}

/** The key that opens nothing any more; undefined where there is none with this id. @throws StoreError */
export async function removeServiceKey(parts: Parts, id: string): Promise<ServiceKeyRecord | undefined> {
  const { services } = await parts.keys.read()
  const found = services.find((service) => service.id === id)
  if (found !== undefined) await parts.keys.removeService(id)
  return found
}

/** True for a key that was added. @throws StoreError */
export async function isServiceKey(parts: Parts, value: string): Promise<boolean> {
  const hash = parts.secrets.digest(PURPOSE, value)
  const isKnown = () => parts.keys.services().some((service) => service.hash === hash)
  if (isKnown()) return true
  // It may have been added a moment ago, elsewhere.
  await parts.keys.readAgain()
  return isKnown()
}
