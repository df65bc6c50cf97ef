// Waiting for what comes by itself, with a deadline instead of a guess.

const DEADLINE = 10_000

/** Resolves as soon as `holds` returns true. @throws Error naming `what` after ten seconds */
export async function waitFor(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
