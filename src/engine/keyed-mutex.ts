// One after another for the same key, in this process: writers that would only make each other's compare-and-set lose.

export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Runs `work` when everything asked for before under this key has settled. */
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
