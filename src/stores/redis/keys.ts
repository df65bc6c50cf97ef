// The names of keys in Redis. They are short, because every session pays for its own. Only those of credentials begin with
// `lk:`, so that no id, whatever somebody asks for, names anything else.

import { REDIS_KEY_PREFIX, REDIS_KEYS } from '../../domain/persisted-names.ts'

export class Keys {
  readonly #prefix: string

  /** @param prefix of every key: one Redis can be shared by several Latchkeys, and with others */
  constructor(prefix: string = REDIS_KEY_PREFIX) {
    this.#prefix = prefix
  }

  /** The record or the tombstone of one credential. */
  credential(id: string): string {
    return `${this.#prefix}${REDIS_KEYS.credential}${id}`
  }

  /** The ids that may be a user's. */
  user(userId: string): string {
    return `${this.#prefix}${REDIS_KEYS.user}${userId}`
  }

  /** The ids that may be a lineage's, besides its first. */
  lineage(lineage: string): string {
    return `${this.#prefix}${REDIS_KEYS.lineage}${lineage}`
  }

  revocationLog(): string {
    return `${this.#prefix}${REDIS_KEYS.revocationStream}`
  }

  limit(key: string): string {
    return `${this.#prefix}${REDIS_KEYS.limit}${key}`
  }

  /** The minutes of a calendar that have a page. */
  timeIndexMinutes(index: string): string {
    return `${this.#prefix}-${index}`
  }

  /** What a calendar has for one minute. */
  timeIndexBucket(index: string, minute: string): string {
    return `${this.#prefix}-${index}:${minute}`
  }

  /** Never set; asked for to see whether Redis answers. */
  probe(): string {
    return `${this.#prefix}${REDIS_KEYS.probe}`
  }

  /** The latest ending that is known to have reached Redis, noted in several places. */
  checkpoint(slot: number): string {
    return `${this.#prefix}${REDIS_KEYS.checkpoint}${slot}`
  }
}
