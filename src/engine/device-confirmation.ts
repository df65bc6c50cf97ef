// The first time that a device shows the proof it was bound with: from then on a credential without it is a copy.

import type { SessionRecord } from '../domain/credential.ts'
import { lineageOf, replaced } from './lineage.ts'
import { MAX_ATTEMPTS, type Parts } from './parts.ts'

/**
 * Once for each binding. False where somebody else changed the lineage each time: then the request is not to be remembered, so that the
 * next one comes here again; a binding that nobody confirms is none before long.
 *
 * @throws StoreError
 */
export async function confirmDevice(parts: Parts, { userId, lineage, binding }: SessionRecord): Promise<boolean> {
  if (binding === undefined || binding.confirmedAt !== 0) return true
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const now = parts.clock.now()
    const unconfirmed = (await lineageOf(parts, { userId, lineage })).flatMap((record) =>
      record.binding?.boundAt === binding.boundAt && record.binding.confirmedAt === 0
        ? [{ ...record, binding: { ...record.binding, confirmedAt: now } }]
        : [],
    )
    if (unconfirmed.length === 0) return true
    if ((await parts.store.write(unconfirmed.map((record) => replaced(record, record.version)))).landed) return true
  }
  return false
}
