// Other processes on the same database file, driven line by line.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const PROGRAM = new URL('./sqlite-child.ts', import.meta.url).pathname

export class Child {
  readonly #process: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #exited: Promise<unknown>

  /** Starts `child.ts` with a task on a file. */
  constructor(task: string, path: string) {
    const child = spawn(process.execPath, [PROGRAM, task, path], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#process = child
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    this.#exited = once(child, 'exit')
  }

  /** The next line it prints. */
  async line(): Promise<string> {
    const next = await this.#lines.next()
    if (next.done) throw new Error('The child ended before it said what was expected')
    return next.value
  }

  /** Everything it still prints. */
  async rest(): Promise<readonly string[]> {
    const lines: string[] = []
    for (let next = await this.#lines.next(); !next.done; next = await this.#lines.next()) lines.push(next.value)
    return lines
  }

  /** Lets it go on. */
  start(): void {
    this.#process.stdin?.end('go\n')
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#exited
  }

  async exited(): Promise<number | null> {
    await this.#exited
    return this.#process.exitCode
  }
}
