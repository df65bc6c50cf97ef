// Takes points from several rate limit counters for one request: from all of them, or from none.

import { AuthError } from '../domain/errors.ts'
import type { Counter } from '../domain/limits.ts'
import { wholeSeconds } from '../domain/time.ts'
import type { LimitCount } from '../ports/store.ts'
import type { EngineContext } from './context.ts'

export interface ConsumedPoints {
  refund(): Promise<void>
}

/**
 * Takes one point from each counter, in this order, and stops at the first one without points: a flood that the first counter rejects does
 * not touch the others, not even briefly.
 *
 * Refusal: `rate.limited`, which costs no point, with the seconds until the last of the counters is free.
 *
 * @throws StoreError
 */
export async function consumePoints(context: EngineContext, counters: readonly Counter[]): Promise<ConsumedPoints | AuthError> {
  const { limits } = context.store
  const taken: { readonly key: string; readonly resetsAt: number }[] = []
  // Points of a window that has ended are gone: they must not be given back to the next one.
  const refund = async () => {
    for (const { key, resetsAt } of taken) if (context.clock.now() < resetsAt) await limits.refund(key)
  }
  for (const [index, { key, limit }] of counters.entries()) {
    const now = context.clock.now()
    const count = await limits.take(key, limit, now)
    taken.push({ key, resetsAt: count.resetsAt })
    if (count.taken <= limit.points) continue
    await refund()
    const others = await Promise.all(counters.slice(index + 1).map((other) => exhaustedResetTime(context, other, now)))
    const freeAt = Math.max(count.resetsAt, ...others)
    return new AuthError('rate.limited', { retryAfter: Math.max(1, wholeSeconds(freeAt - now + 999)) })
  }
  return { refund }
}

/** When an exhausted counter has points again; 0 when it has some. */
async function exhaustedResetTime({ store }: EngineContext, { key, limit }: Counter, now: number): Promise<number> {
  const count: LimitCount | undefined = await store.limits.find(key, now)
  return count !== undefined && count.taken >= limit.points ? count.resetsAt : 0
}
