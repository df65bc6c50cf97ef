// Device proof events: confirms a binding when the device first presents its proof, and records the use of a bound credential without it.

import type { SessionRecord } from '../domain/credential.ts'
import { severityOfMismatch } from '../domain/device-binding.ts'
import { type ClientInfo, type EngineContext, MAX_CAS_RETRIES } from './context.ts'
import type { DeviceProofRequired } from './dbsc-proofs.ts'
import { listLineage, replaceCredential } from './lineage.ts'
import { recordRiskEvent } from './risk-events.ts'

/**
 * Confirms a binding, once: from then on a credential without the proof is a copy. False when other writes changed the lineage every time:
 * then the request must not be cached, so that the next one tries again; an unconfirmed binding expires quickly.
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

/**
 * The request was refused and the owner stays signed in; only a risk event is recorded.
 *
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
