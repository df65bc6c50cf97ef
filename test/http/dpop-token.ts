// A client that keeps a key: its requests with proofs, and tokens that are bound to it.

import { equal } from 'node:assert/strict'
import { type DpopKey, type DpopProofOptions, makeDpopProof } from '../support/dpop-proofs.ts'
import type { CallOptions, InProcess } from '../support/in-process.ts'
import { ALICE } from '../support/users.ts'

/** A request with a proof for just that request, but for what is wished otherwise. */
export function call(
  latchkey: InProcess,
  key: DpopKey,
  method: string,
  path: string,
  options: CallOptions & { token?: string; wish?: Partial<DpopProofOptions> },
) {
  const { token, wish, headers = {}, ...rest } = options
  const sent = { method, url: latchkey.publicUrl + path, now: latchkey.clock.now(), ...(token === undefined ? {} : { token }), ...wish }
  const authorization = token === undefined ? {} : { authorization: `DPoP ${token}` }
  return latchkey.call(method, path, { ...rest, headers: { dpop: makeDpopProof(key, sent), ...authorization, ...headers } })
}

export async function boundToken(latchkey: InProcess, key: DpopKey): Promise<string> {
  const { json, status } = await call(latchkey, key, 'POST', '/access/login', { body: ALICE })
  equal(status, 200)
  return json.token
}
