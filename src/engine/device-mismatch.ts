// Telling of a copy that was used without the device it is bound to: it got nothing, its owner goes on, and the record says so.

import { gradeMismatch } from '../domain/device-binding.ts'
import { HOUR } from '../domain/time.ts'
import type { UnprovenDevice } from './device-proofs.ts'
import { operation } from './issue.ts'
import type { Parts, Whence } from './parts.ts'

/** Whoever presents a copy is told of once, and of one lineage no more than so much: nobody makes the record grow. */
const ONCE = { points: 1, window: HOUR }
const AT_MOST = { points: 20, window: HOUR }

/**
 * @param skipped true where the browser says that it could not renew its proof
 * @throws StoreError
 */
export async function recordMismatch(parts: Parts, { record, because }: UnprovenDevice, whence: Whence, skipped: boolean): Promise<void> {
  if (because === 'unbound') return
  const now = parts.clock.now()
  const { kind, lineage, userCode, ip, device } = record
  const outcome = gradeMismatch(record, { device: whence.device, skipped }, now)
  const presenter = parts.secrets.digest('presenter', JSON.stringify([outcome, whence.ip, whence.device]))
  if ((await parts.store.limits.take(`mismatch:${lineage}:${presenter}`, ONCE, now)).taken > ONCE.points) return
  if ((await parts.store.limits.take(`mismatch:${lineage}`, AT_MOST, now)).taken > AT_MOST.points) return
  const boundBy = { ip, device, at: new Date(record.binding?.boundAt ?? record.startedAt).toISOString() }
  const presentedNow = { ip: whence.ip, device: whence.device, at: new Date(now).toISOString() }
  const detail = { lineage, credential: kind, boundBy, presentedNow }
  const sessionId = kind === 'session' ? record.id : null
  await parts.store.write([operation(parts, whence, { userCode, action: 'device.mismatch', outcome, sessionId, detail }, now)])
}
