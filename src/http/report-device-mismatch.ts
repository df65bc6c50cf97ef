// Refuses a genuine credential whose device proof is missing or wrong, and records it in the user's audit log.

import { boundedUserAgent } from '../domain/credential.ts'
import type { AuthError } from '../domain/errors.ts'
import type { ClientInfo, EngineContext } from '../engine/context.ts'
import { recordDeviceMismatch } from '../engine/dbsc-proof-events.ts'
import type { DeviceProofRequired } from '../engine/dbsc-proofs.ts'
import type { HttpRequest } from './message.ts'

/** True for a request that the browser seems to have sent just before it was bound: accepted until the device proof arrives. */
export function isWithinBindingGrace({ reason, record }: DeviceProofRequired, { header }: Pick<HttpRequest, 'header'>): boolean {
  return reason === 'binding' && header('sec-fetch-site') !== null && boundedUserAgent(header('user-agent')) === record.userAgent
}

/** Records the mismatch, then returns the refusal. @throws StoreError */
export async function reportDeviceMismatch(
  engine: EngineContext,
  mismatch: DeviceProofRequired,
  clientInfo: ClientInfo,
  { header }: Pick<HttpRequest, 'header'>,
): Promise<AuthError> {
  await recordDeviceMismatch(engine, mismatch, clientInfo, header('secure-session-skipped') !== null)
  return mismatch.refusal
}
