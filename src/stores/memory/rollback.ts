// The undo log of a write in the memory store, run when a later change of the write is refused.

export class Rollback {
  readonly #steps: (() => void)[] = []

  add(step: () => void): void {
    this.#steps.push(step)
  }

  run(): void {
    for (const step of this.#steps.toReversed()) step()
  }
}
