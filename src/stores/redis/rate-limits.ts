// Rate limit counters in Redis: one key for each window, which expires after the window.

import type { Limit } from '../../domain/limits.ts'
import { REDIS_TIME_INDEXES } from '../../domain/persisted-names.ts'
import type { LimitCount } from '../../ports/store.ts'
import { type Connection, script } from './connection.ts'
import type { Keys } from './keys.ts'
import { TimeIndex } from './time-index.ts'

/** Added to the expiry, in milliseconds, so that clock skew does not cut a window short. */
const CLOCK_SKEW_MS = 60_000

/** Arguments: now, length of a window. Returns the points taken and the end of the window. */
const CONSUME = script(`
  local taken, resetsAt = (redis.call('GET', KEYS[1]) or ''):match('^(%d+) (%d+)$')
  if not taken or tonumber(ARGV[1]) >= tonumber(resetsAt) then
    taken, resetsAt = 0, string.format('%.0f', ARGV[1] + ARGV[2])
    redis.call('SET', KEYS[1], '1 ' .. resetsAt, 'PX', ARGV[2] + ${CLOCK_SKEW_MS})
  else
    redis.call('SET', KEYS[1], (taken + 1) .. ' ' .. resetsAt, 'KEEPTTL')
  end
  return { taken + 1, resetsAt }`)

/** Returns the points taken and the end of the window; nil when there is none. */
const FIND = script(`
  local taken, resetsAt = (redis.call('GET', KEYS[1]) or ''):match('^(%d+) (%d+)$')
  if not taken then return false end
  return { tonumber(taken), resetsAt }`)

const REFUND = script(`
  local taken, resetsAt = (redis.call('GET', KEYS[1]) or ''):match('^(%d+) (%d+)$')
  if taken and tonumber(taken) > 0 then redis.call('SET', KEYS[1], (taken - 1) .. ' ' .. resetsAt, 'KEEPTTL') end`)

/** Argument: now. Returns the end of the window, or 0 when there is none any more, and whether this call deleted it. */
const DELETE_EXPIRED = script(`
  local resetsAt = (redis.call('GET', KEYS[1]) or ''):match('^%d+ (%d+)$')
  if not resetsAt then return { '0', 0 } end
  if tonumber(ARGV[1]) < tonumber(resetsAt) then return { resetsAt, 0 } end
  return { '0', redis.call('DEL', KEYS[1]) }`)

type DeleteResult = readonly [resetsAt: string, deleted: number]

export class RateLimits {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #byExpiry: TimeIndex

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection
    this.#keys = keys
    this.#byExpiry = new TimeIndex(connection, keys, REDIS_TIME_INDEXES.limits)
  }

  async consume(key: string, { window }: Limit, now: number): Promise<LimitCount> {
    const [taken, windowEnd] = (await this.#connection.run(CONSUME, this.#keys.limit(key), now, window)) as readonly [number, string]
    const resetsAt = Number(windowEnd)
    if (taken === 1) await this.#byExpiry.add([key], resetsAt)
    return { taken, resetsAt }
  }

  async find(key: string, now: number): Promise<LimitCount | undefined> {
    const found = (await this.#connection.run(FIND, this.#keys.limit(key))) as readonly [number, string] | null
    const resetsAt = Number(found?.[1])
    return found !== null && now < resetsAt ? { taken: found[0], resetsAt } : undefined
  }

  async refund(key: string): Promise<void> {
    await this.#connection.run(REFUND, this.#keys.limit(key))
  }

  async deleteExpiredWindows(now: number): Promise<number> {
    let deleted = 0
    await this.#byExpiry.scan(now, async (keys, isInBucket) => {
      const results = await Promise.all(
        keys.map(async (key) => (await this.#connection.run(DELETE_EXPIRED, this.#keys.limit(key), now)) as DeleteResult),
      )
      deleted += results.reduce((sum, [, count]) => sum + count, 0)
      // A new window of the same key is indexed under its own end.
      return { removals: keys.filter((_, index) => !isInBucket(Number(results[index]?.[0]))).map((id) => ({ id })), isEnough: false }
    })
    return deleted
  }
}
