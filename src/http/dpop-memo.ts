// Remembers the DPoP proof verified for each request: a proof is valid once, but one request may pass several guards.

import type { EngineContext } from '../engine/context.ts'

const verifiedProofs = new WeakMap<EngineContext, WeakMap<object, string>>()

/** @param proof what was verified: method, URL, token and proof, as one text */
export function hasVerifiedDpop(engine: EngineContext, request: object | undefined, proof: string): boolean {
  return request !== undefined && verifiedProofs.get(engine)?.get(request) === proof
}

export function recordVerifiedDpop(engine: EngineContext, request: object | undefined, proof: string): void {
  if (request === undefined) return
  const byRequest = verifiedProofs.get(engine) ?? new WeakMap<object, string>()
  verifiedProofs.set(engine, byRequest.set(request, proof))
}
