// Records the use of a bound credential without its device: the request was refused, the owner stays signed in, and a risk event is
// recorded.

import { severityOfMismatch } from '../domain/device-binding.ts'
import type { ClientInfo, EngineContext } from './context.ts'
import type { DeviceProofRequired } from './dbsc-proofs.ts'
import { recordRiskEvent } from './risk-events.ts'

/**
 * @param skipped true when the browser reports that it could not renew its proof
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
