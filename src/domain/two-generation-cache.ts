// A bounded cache that evicts entries that were not used recently.

/**
 * A bounded map with approximate LRU eviction: when the young generation is full, it becomes the old one, and the previous old one is
 * dropped. A hit in the young generation is a single look-up and moves nothing.
 */
export class TwoGenerationCache<Key, Value> {
  readonly #half: number
  readonly #onEvict: ((value: Value) => void) | undefined
  readonly #onPromote: ((value: Value) => void) | undefined
  #young = new Map<Key, Value>()
  #old = new Map<Key, Value>()

  /**
   * @param onEvict called with each evicted value
   * @param onPromote called with each value that moves from the old generation back to the young one
   */
  constructor(capacity: number, onEvict?: (value: Value) => void, onPromote?: (value: Value) => void) {
    this.#half = Math.max(1, Math.floor(capacity / 2))
    this.#onEvict = onEvict
    this.#onPromote = onPromote
  }

  get(key: Key): Value | undefined {
    const value = this.#young.get(key)
    if (value !== undefined) return value
    const old = this.#old.get(key)
    if (old !== undefined) {
      this.#old.delete(key)
      this.set(key, old)
      this.#onPromote?.(old)
    }
    return old
  }

  set(key: Key, value: Value): void {
    if (this.#young.size >= this.#half && !this.#young.has(key)) {
      if (this.#onEvict) for (const evicted of this.#old.values()) this.#onEvict(evicted)
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }

  delete(key: Key): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }
}
