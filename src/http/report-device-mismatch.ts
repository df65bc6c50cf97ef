// A genuine credential that came without its device: refused, and told to its owner's record.

import { boundedUserAgent } from '../domain/credential.ts'
import type { AuthError } from '../domain/errors.ts'
import type { ClientInfo, EngineContext } from '../engine/context.ts'
import { recordDeviceMismatch } from '../engine/dbsc-proof-events.ts'
import type { DeviceProofRequired } from '../engine/dbsc-proofs.ts'
import type { HttpRequest } from './message.ts'

/** True for a request that the browser had sent before it was bound, as far as its headers tell: for a moment, until its proof is seen. */
export function isWithinBindingGrace({ reason, record }: DeviceProofRequired, { header }: Pick<HttpRequest, 'header'>): boolean {
  return reason === 'binding' && header('sec-fetch-site') !== null && boundedUserAgent(header('user-agent')) === record.userAgent
}

/** The refusal itself, once the record has it. @throws StoreError */
export async function reportDeviceMismatch(
  parts: EngineContext,
  unproven: DeviceProofRequired,
  clientInfo: ClientInfo,
  { header }: Pick<HttpRequest, 'header'>,
): Promise<AuthError> {
  await recordDeviceMismatch(parts, unproven, clientInfo, header('secure-session-skipped') !== null)
  return unproven.refusal
}
