// Polls for a condition until a deadline.

const DEADLINE = 10_000

/** Resolves when `condition` returns true. @throws Error with `what` after ten seconds */
export async function waitFor(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Timed out waiting for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
