// A genuine credential that came without its device: refused, and told to its owner's record.

import { recordMismatch } from '../engine/device-mismatch.ts'
import type { UnprovenDevice } from '../engine/device-proofs.ts'
import type { Parts, Whence } from '../engine/parts.ts'
import type { Incoming } from './message.ts'

/** The refusal itself, once the record has it. @throws StoreError */
export async function tellOfCopy(
  parts: Parts,
  refusal: UnprovenDevice,
  whence: Whence,
  { header }: Pick<Incoming, 'header'>,
): Promise<UnprovenDevice> {
  await recordMismatch(parts, refusal, whence, header('secure-session-skipped') !== null)
  return refusal
}
