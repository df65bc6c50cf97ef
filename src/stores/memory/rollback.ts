// The way back out of a write of which a later change is refused.

export class Rollback {
  readonly #steps: (() => void)[] = []

  add(step: () => void): void {
    this.#steps.push(step)
  }

  run(): void {
    for (const step of this.#steps.toReversed()) step()
  }
}
