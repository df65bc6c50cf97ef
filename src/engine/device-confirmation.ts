// The first time that a device shows the proof it was bound with: from then on a credential without it is a copy.

import type { SessionRecord } from '../domain/credential.ts'
import { lineageOf, replaced } from './lineage.ts'
import type { Parts } from './parts.ts'

/** Once for each binding. Where somebody else changes the lineage in this moment, the next request confirms it. @throws StoreError */
export async function confirmDevice(parts: Parts, { userCode, lineage, binding }: SessionRecord): Promise<void> {
  if (binding === undefined || binding.confirmedAt !== 0) return
  const now = parts.clock.now()
  const bound = (await lineageOf(parts, { userCode, lineage })).flatMap((record) =>
    record.binding?.boundAt === binding.boundAt ? [{ ...record, binding: { ...record.binding, confirmedAt: now } }] : [],
  )
  await parts.store.write(bound.map((record) => replaced(record, record.version)))
}
