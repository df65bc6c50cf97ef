// Confirms a device binding when the device first presents its proof: from then on a credential without it is a copy.

import type { SessionRecord } from '../domain/credential.ts'
import { type EngineContext, MAX_CAS_RETRIES } from './context.ts'
import { listLineage, replaceCredential } from './lineage.ts'

/**
 * Runs once per binding. False when other writes changed the lineage every time: then the request must not be cached, so that the next one
 * tries again; an unconfirmed binding expires quickly.
 *
 * @throws StoreError
 */
export async function confirmBinding(context: EngineContext, { userId, lineage, binding }: SessionRecord): Promise<boolean> {
  if (binding === undefined || binding.confirmedAt !== 0) return true
  for (let attempt = 0; attempt < MAX_CAS_RETRIES; attempt += 1) {
    const now = context.clock.now()
    const unconfirmed = (await listLineage(context, { userId, lineage })).flatMap((record) =>
      record.binding?.boundAt === binding.boundAt && record.binding.confirmedAt === 0
        ? [{ ...record, binding: { ...record.binding, confirmedAt: now } }]
        : [],
    )
    if (unconfirmed.length === 0) return true
    if ((await context.store.write(unconfirmed.map((record) => replaceCredential(record, record.version)))).committed) return true
  }
  return false
}
