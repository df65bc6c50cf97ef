// A mutex per key, within this process: serialises writers whose compare-and-set would otherwise fail.

export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Runs `work` when all earlier calls with this key have settled. */
  async runExclusive<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key)
    const current = before === undefined ? work() : before.then(work, work)
    const settled = current.then(noop, noop)
    this.#last.set(key, settled)
    try {
      return await current
    } finally {
      if (this.#last.get(key) === settled) this.#last.delete(key)
    }
  }
}

function noop(): void {}
