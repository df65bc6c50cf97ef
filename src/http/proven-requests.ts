// A proof of a key counts once, and one request may pass several guards: what each request was let in with.

import type { Parts } from '../engine/parts.ts'

const proofs = new WeakMap<Parts, WeakMap<object, string>>()

/** @param proof all that it was good for, as one text */
export function wasProven(parts: Parts, request: object | undefined, proof: string): boolean {
  return request !== undefined && proofs.get(parts)?.get(request) === proof
}

export function noteProven(parts: Parts, request: object | undefined, proof: string): void {
  if (request === undefined) return
  const ofThese = proofs.get(parts) ?? new WeakMap<object, string>()
  proofs.set(parts, ofThese.set(request, proof))
}
