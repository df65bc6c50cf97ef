// A proof of a key counts once, and one request may pass several guards: what each request was let in with.

import type { EngineContext } from '../engine/context.ts'

const verifiedProofs = new WeakMap<EngineContext, WeakMap<object, string>>()

/** @param proof all that it was good for, as one text */
export function hasVerifiedDpop(parts: EngineContext, request: object | undefined, proof: string): boolean {
  return request !== undefined && verifiedProofs.get(parts)?.get(request) === proof
}

export function recordVerifiedDpop(parts: EngineContext, request: object | undefined, proof: string): void {
  if (request === undefined) return
  const byRequest = verifiedProofs.get(parts) ?? new WeakMap<object, string>()
  verifiedProofs.set(parts, byRequest.set(request, proof))
}
