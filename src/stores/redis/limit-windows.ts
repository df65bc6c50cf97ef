// Counters for limits in Redis: one key for each window, which vanishes by itself when the window is over.

import type { Limit } from '../../domain/limits.ts'
import { REDIS_CALENDARS } from '../../domain/persisted-names.ts'
import type { LimitCount } from '../../ports/store.ts'
import { Calendar } from './calendar.ts'
import { type Connection, script } from './connection.ts'
import type { Keys } from './keys.ts'

/** Added to the expiry, in milliseconds, so that clocks which differ a little do not cut a window short. */
const SLACK = 60_000

/** Now, length of a window. Points taken, end of the window. */
const TAKE = script(`
  local taken, over = (redis.call('GET', KEYS[1]) or ''):match('^(%d+) (%d+)$')
  if not taken or tonumber(ARGV[1]) >= tonumber(over) then
    taken, over = 0, string.format('%.0f', ARGV[1] + ARGV[2])
    redis.call('SET', KEYS[1], '1 ' .. over, 'PX', ARGV[2] + ${SLACK})
  else
    redis.call('SET', KEYS[1], (taken + 1) .. ' ' .. over, 'KEEPTTL')
  end
  return { taken + 1, over }`)

/** Points taken, end of the window; nothing where there is none. */
const FIND = script(`
  local taken, over = (redis.call('GET', KEYS[1]) or ''):match('^(%d+) (%d+)$')
  if not taken then return false end
  return { tonumber(taken), over }`)

const GIVE_BACK = script(`
  local taken, over = (redis.call('GET', KEYS[1]) or ''):match('^(%d+) (%d+)$')
  if taken and tonumber(taken) > 0 then redis.call('SET', KEYS[1], (taken - 1) .. ' ' .. over, 'KEEPTTL') end`)

/** Now. When the window is over, or 0 where there is none any more; then whether that was our doing. */
const DELETE_OVER = script(`
  local over = (redis.call('GET', KEYS[1]) or ''):match('^%d+ (%d+)$')
  if not over then return { '0', 0 } end
  if tonumber(ARGV[1]) < tonumber(over) then return { over, 0 } end
  return { '0', redis.call('DEL', KEYS[1]) }`)

type Seen = readonly [over: string, ours: number]

export class LimitWindows {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #ends: Calendar

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection
    this.#keys = keys
    this.#ends = new Calendar(connection, keys, REDIS_CALENDARS.limits)
  }

  async take(key: string, { window }: Limit, now: number): Promise<LimitCount> {
    const [taken, over] = (await this.#connection.run(TAKE, this.#keys.limit(key), now, window)) as readonly [number, string]
    const resetsAt = Number(over)
    if (taken === 1) await this.#ends.note([key], resetsAt)
    return { taken, resetsAt }
  }

  async find(key: string, now: number): Promise<LimitCount | undefined> {
    const found = (await this.#connection.run(FIND, this.#keys.limit(key))) as readonly [number, string] | null
    const resetsAt = Number(found?.[1])
    return found !== null && now < resetsAt ? { taken: found[0], resetsAt } : undefined
  }

  async giveBack(key: string): Promise<void> {
    await this.#connection.run(GIVE_BACK, this.#keys.limit(key))
  }

  async deleteOver(now: number): Promise<number> {
    let deleted = 0
    await this.#ends.look(now, async (keys, isHere) => {
      const seen = await Promise.all(keys.map(async (key) => (await this.#connection.run(DELETE_OVER, this.#keys.limit(key), now)) as Seen))
      deleted += seen.reduce((sum, [, ours]) => sum + ours, 0)
      // A window that began anew is noted for its own end.
      return { done: keys.filter((_, index) => !isHere(Number(seen[index]?.[0]))).map((id) => ({ id })), enough: false }
    })
    return deleted
  }
}
