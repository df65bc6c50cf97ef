// The names of keys in Redis. They are short, because each session stores its own. Only keys of credentials begin with `lk:`, so
// that no id in a request can name another key.

import { REDIS_KEY_PREFIX, REDIS_KEYS } from '../../domain/persisted-names.ts'

export class Keys {
  readonly #prefix: string

  /** @param prefix of every key, so that one Redis can be shared with other deployments and applications */
  constructor(prefix: string = REDIS_KEY_PREFIX) {
    this.#prefix = prefix
  }

  /** The record or the tombstone of one credential. */
  credential(id: string): string {
    return `${this.#prefix}${REDIS_KEYS.credential}${id}`
  }

  /** Ids of credentials that may belong to a user. */
  user(userId: string): string {
    return `${this.#prefix}${REDIS_KEYS.user}${userId}`
  }

  /** Ids of credentials that may belong to a lineage, besides its root. */
  lineage(lineage: string): string {
    return `${this.#prefix}${REDIS_KEYS.lineage}${lineage}`
  }

  revocationLog(): string {
    return `${this.#prefix}${REDIS_KEYS.revocationStream}`
  }

  limit(key: string): string {
    return `${this.#prefix}${REDIS_KEYS.limit}${key}`
  }

  /** The minutes for which a time index has a bucket. */
  timeIndexMinutes(index: string): string {
    return `${this.#prefix}-${index}`
  }

  /** The bucket of a time index for one minute. */
  timeIndexBucket(index: string, minute: string): string {
    return `${this.#prefix}-${index}:${minute}`
  }

  /** Never set; read to check that Redis responds. */
  probe(): string {
    return `${this.#prefix}${REDIS_KEYS.probe}`
  }

  /** The time of the latest revocation known to be in Redis, stored in several slots. */
  checkpoint(slot: number): string {
    return `${this.#prefix}${REDIS_KEYS.checkpoint}${slot}`
  }
}
