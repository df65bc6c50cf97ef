// Coalesces reads of the revocation log: subscriptions that are woken together share one read.

import type { LogReadResult } from './subscription.ts'

/**
 * Reads of the same position in the same turn of the event loop get the same promise. Only for a remote log: in a local one,
 * an entry could be appended between two of these reads.
 */
export function coalesceReads(read: (from: number) => Promise<LogReadResult>): (from: number) => Promise<LogReadResult> {
  const inFlight = new Map<number, Promise<LogReadResult>>()
  return (from) => {
    const existing = inFlight.get(from)
    if (existing !== undefined) return existing
    const pending = read(from)
    inFlight.set(from, pending)
    setImmediate(() => inFlight.delete(from))
    return pending
  }
}
