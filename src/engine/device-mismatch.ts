// Telling of a copy that was used without the device it is bound to: it got nothing, its owner goes on, and the record says so.

import { gradeMismatch } from '../domain/device-binding.ts'
import type { UnprovenDevice } from './device-proofs.ts'
import type { Parts, Whence } from './parts.ts'
import { recordSignal } from './signals.ts'

/**
 * @param skipped true where the browser says that it could not renew its proof
 * @throws StoreError
 */
export async function recordMismatch(parts: Parts, { record, because }: UnprovenDevice, whence: Whence, skipped: boolean): Promise<void> {
  if (because === 'unbound') return
  const severity = gradeMismatch(record, { userAgent: whence.userAgent, skipped }, parts.clock.now())
  const before = record.binding?.boundAt ?? record.startedAt
  await recordSignal(parts, record, { action: 'device.mismatch', severity }, whence, before)
}
