// A genuine credential that came without its device: refused, and told to its owner's record.

import { deviceOf } from '../domain/credential.ts'
import type { AuthError } from '../domain/errors.ts'
import { recordMismatch } from '../engine/device-mismatch.ts'
import type { UnprovenDevice } from '../engine/device-proofs.ts'
import type { Parts, Whence } from '../engine/parts.ts'
import type { Incoming } from './message.ts'

/** True for a request that the browser had sent before it was bound, as far as its headers tell: for a moment, until its proof is seen. */
export function isUnderWay({ because, record }: UnprovenDevice, { header }: Pick<Incoming, 'header'>): boolean {
  return because === 'binding' && header('sec-fetch-site') !== null && deviceOf(header('user-agent')) === record.userAgent
}

/** The refusal itself, once the record has it. @throws StoreError */
export async function tellOfCopy(
  parts: Parts,
  unproven: UnprovenDevice,
  whence: Whence,
  { header }: Pick<Incoming, 'header'>,
): Promise<AuthError> {
  await recordMismatch(parts, unproven, whence, header('secure-session-skipped') !== null)
  return unproven.refusal
}
