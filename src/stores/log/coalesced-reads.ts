// Many followers are woken at the same moment, and most of them want the same: one reading serves them all.

import type { LogReadResult } from './subscription.ts'

/**
 * Whoever asks for the same position in the same turn of the event loop gets the same reading. Only for a log on another
 * machine: nothing lands in it unseen between two lines of our own program.
 */
export function coalesceReads(read: (from: number) => Promise<LogReadResult>): (from: number) => Promise<LogReadResult> {
  const inFlight = new Map<number, Promise<LogReadResult>>()
  return (from) => {
    const existing = inFlight.get(from)
    if (existing !== undefined) return existing
    const reading = read(from)
    inFlight.set(from, reading)
    setImmediate(() => inFlight.delete(from))
    return reading
  }
}
