// Many followers are woken at the same moment, and most of them want the same: one reading serves them all.

import type { Reading } from './follower.ts'

/**
 * Whoever asks for the same position in the same turn of the event loop gets the same reading. Only for a log on another
 * machine: nothing lands in it unseen between two lines of our own program.
 */
export function readingTogether(read: (from: number) => Promise<Reading>): (from: number) => Promise<Reading> {
  const begun = new Map<number, Promise<Reading>>()
  return (from) => {
    const already = begun.get(from)
    if (already !== undefined) return already
    const reading = read(from)
    begun.set(from, reading)
    setImmediate(() => begun.delete(from))
    return reading
  }
}
