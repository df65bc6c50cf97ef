// Starts and drives the child process of a subject, pinned to a core.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Check, SubjectCommand, Usage } from './child.ts'
import { onCores, SERVER_CORE } from './cpu-affinity.ts'
import type { Target } from './subject.ts'

export interface Ready {
  readonly name: string
  readonly packages: readonly string[]
  readonly guarded?: Target
  readonly signIn?: Target
  readonly capabilities: readonly string[]
  /** Why it cannot run. */
  readonly fault?: string
}

/** The timeout of a command, long enough to create millions of sessions. */
const ANSWER_TIMEOUT_MS = 15 * 60_000

export class SubjectProcess {
  readonly ready: Ready
  readonly #child: ChildProcess

  private constructor(ready: Ready, child: ChildProcess) {
    this.ready = ready
    this.#child = child
  }

  /** @param file the module of the subject, relative to this folder @param cores such as `0` or `0,1` */
  static async start(file: string, cores = SERVER_CORE): Promise<SubjectProcess> {
    const path = new URL(file, import.meta.url).href
    const program = new URL('child.ts', import.meta.url).pathname
    const [command, ...args] = onCores(cores, [process.execPath, '--expose-gc', '--max-old-space-size=6144', program, path])
    const child = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, NODE_ENV: 'production' },
    })
    let errors = ''
    child.stderr?.on('data', (piece: Buffer) => {
      errors = (errors + piece).slice(-2_000)
    })
    const gone = once(child, 'exit').then(() => {
      throw new Error(`${file} exited: ${errors.trim().split('\n').at(-1) ?? ''}`)
    })
    gone.catch(() => {})
    const [{ ready }] = (await Promise.race([once(child, 'message'), gone])) as [{ ready: Ready }]
    return new SubjectProcess(ready, child)
  }

  /** Returns microseconds for each check. */
  async check(which: Check, milliseconds: number): Promise<number> {
    return (await this.#send({ do: 'check', which, milliseconds })) as number
  }

  /** Returns bytes for each check. */
  async allocation(which: Check): Promise<number> {
    return (await this.#send({ do: 'allocation', which })) as number
  }

  async createSessions(count: number): Promise<void> {
    await this.#send({ do: 'create-sessions', count })
  }

  async watch(): Promise<void> {
    await this.#send({ do: 'watch' })
  }

  /** Since `watch`. */
  async usage(): Promise<Usage> {
    return (await this.#send({ do: 'usage' })) as Usage
  }

  async memory(): Promise<NodeJS.MemoryUsage> {
    return (await this.#send({ do: 'memory' })) as NodeJS.MemoryUsage
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    const command: SubjectCommand = { do: 'close' }
    this.#child.send(command)
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5_000)
    await gone
    clearTimeout(timer)
  }

  async #send(command: SubjectCommand): Promise<unknown> {
    const answered = once(this.#child, 'message', { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) })
    this.#child.send(command)
    const [{ answer, fault }] = (await answered) as [{ answer?: unknown; fault?: string }]
    if (fault !== undefined) throw new Error(fault)
    return answer
  }
}
