// A DPoP client for tests: sends requests with proofs, and gets bound tokens.

import { equal } from 'node:assert/strict'
import { type DpopKey, type DpopProofOptions, makeDpopProof } from '../support/dpop-proofs.ts'
import type { CallOptions, InProcess } from '../support/in-process.ts'
import { ALICE } from '../support/users.ts'

/** A request with a valid proof, altered by `change`. */
export function call(
  latchkey: InProcess,
  key: DpopKey,
  method: string,
  path: string,
  options: CallOptions & { token?: string; change?: Partial<DpopProofOptions> },
) {
  const { token, change, headers = {}, ...rest } = options
  const sent = { method, url: latchkey.publicUrl + path, now: latchkey.clock.now(), ...(token === undefined ? {} : { token }), ...change }
  const authorization = token === undefined ? {} : { authorization: `DPoP ${token}` }
  return latchkey.call(method, path, { ...rest, headers: { dpop: makeDpopProof(key, sent), ...authorization, ...headers } })
}

export async function boundToken(latchkey: InProcess, key: DpopKey): Promise<string> {
  const { json, status } = await call(latchkey, key, 'POST', '/access/login', { body: ALICE })
  equal(status, 200)
  return json.token
}
