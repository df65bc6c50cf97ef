// A child process on a database file that is also open in the test, controlled by lines on stdin and stdout.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const PROGRAM = new URL('./sqlite-child.ts', import.meta.url).pathname

export class Child {
  readonly #process: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #exited: Promise<unknown>

  /** Starts `sqlite-child.ts` with a task on a file. */
  constructor(task: string, path: string) {
    const child = spawn(process.execPath, [PROGRAM, task, path], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#process = child
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    this.#exited = once(child, 'exit')
  }

  /** The next line it prints. */
  async line(): Promise<string> {
    const next = await this.#lines.next()
    if (next.done) throw new Error('The child process exited before it printed the expected line')
    return next.value
  }

  /** All lines that it still prints. */
  async rest(): Promise<readonly string[]> {
    const lines: string[] = []
    for (let next = await this.#lines.next(); !next.done; next = await this.#lines.next()) lines.push(next.value)
    return lines
  }

  /** Lets it start its task. */
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
