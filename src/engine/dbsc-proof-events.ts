// Telling of a copy that was used without the device it is bound to: it got nothing, its owner goes on, and the record says so.

import { severityOfMismatch } from '../domain/device-binding.ts'
import type { ClientInfo, EngineContext } from './context.ts'
import type { DeviceProofRequired } from './dbsc-proofs.ts'
import { recordRiskEvent } from './risk-events.ts'

/**
 * @param skipped true where the browser says that it could not renew its proof
 * @throws StoreError
 */
export async function recordDeviceMismatch(
  context: EngineContext,
  { record, reason }: DeviceProofRequired,
  clientInfo: ClientInfo,
  skipped: boolean,
): Promise<void> {
  if (reason === 'unbound') return
  const severity = severityOfMismatch(record, { userAgent: clientInfo.userAgent, skipped }, context.clock.now())
  const before = record.binding?.boundAt ?? record.startedAt
  await recordRiskEvent(context, record, { action: 'device.mismatch', severity }, clientInfo, before)
}
