// The index of credential ids by user and by lineage. It may contain stale ids, because an id is added before its record and may remain
// after it: callers check each record.

import type { CredentialRecord } from '../../domain/credential.ts'
import { type Connection, script } from './connection.ts'
import type { Keys } from './keys.ts'

const RETENTION_MS = 26 * 60 * 60 * 1000

/** Arguments: id, `expiresAt`. A sorted set with equal scores is the smallest structure that Redis has for a few texts. */
const ADD = script(`
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local expiry = math.max(tonumber(ARGV[2]), now) + ${RETENTION_MS}
  redis.call('ZADD', KEYS[1], 0, ARGV[1])
  if redis.call('PEXPIRETIME', KEYS[1]) < expiry then redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', expiry)) end`)

export class SecondaryIndex {
  readonly #connection: Connection
  readonly #keys: Keys

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection
    this.#keys = keys
  }

  async add({ id, userId, lineage, expiresAt }: CredentialRecord): Promise<void> {
    const keys = [this.#keys.user(userId), ...(lineage === id ? [] : [this.#keys.lineage(lineage)])]
    await Promise.all(keys.map((key) => this.#connection.run(ADD, key, id, expiresAt)))
  }

  async idsOfUser(userId: string): Promise<readonly string[]> {
    return this.#members(this.#keys.user(userId))
  }

  async idsOfLineage(lineage: string): Promise<readonly string[]> {
    return [lineage, ...(await this.#members(this.#keys.lineage(lineage)))]
  }

  async removeFromUser(userId: string, ids: readonly string[]): Promise<void> {
    await this.#remove(this.#keys.user(userId), ids)
  }

  async removeFromLineage(lineage: string, ids: readonly string[]): Promise<void> {
    await this.#remove(this.#keys.lineage(lineage), ids)
  }

  async #members(key: string): Promise<readonly string[]> {
    return (await this.#connection.send(key, 'ZRANGE', key, 0, -1)) as readonly string[]
  }

  async #remove(key: string, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#connection.send(key, 'ZREM', key, ...ids)
  }
}
