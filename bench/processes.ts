// Processes of subjects, each on the core that it is given: the load is never on the core of what it loads.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import type { Check, Order, Usage } from './child.ts'
import type { Target } from './subject.ts'

export const SERVER_CORE = 0
export const LOAD_CORE = cpus().length > 1 ? 1 : 0

export interface Ready {
  readonly name: string
  readonly packages: readonly string[]
  readonly guarded?: Target
  readonly signIn?: Target
  readonly can: readonly string[]
  /** Why it cannot run. */
  readonly fault?: string
}

export function useAllCores(): void {
  execFileSync('taskset', ['-a', '-cp', `0-${cpus().length - 1}`, String(process.pid)], { stdio: 'ignore' })
}

const PATIENCE = 120_000

/** From now on this process, which makes the load, keeps to its core. */
export function keepToLoadCore(): void {
  execFileSync('taskset', ['-a', '-cp', String(LOAD_CORE), String(process.pid)], { stdio: 'ignore' })
}

export class SubjectProcess {
  readonly ready: Ready
  readonly #child: ChildProcess

  private constructor(ready: Ready, child: ChildProcess) {
    this.ready = ready
    this.#child = child
  }

  /** @param file the subject's module, from this folder @param cores such as `0` or `0,1` */
  static async start(file: string, cores = String(SERVER_CORE)): Promise<SubjectProcess> {
    const path = new URL(file, import.meta.url).href
    const program = new URL('child.ts', import.meta.url).pathname
    const child = spawn('taskset', ['-c', cores, process.execPath, '--expose-gc', '--max-old-space-size=6144', program, path], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, NODE_ENV: 'production' },
    })
    let errors = ''
    child.stderr?.on('data', (piece: Buffer) => {
      errors = (errors + piece).slice(-2_000)
    })
    const gone = once(child, 'exit').then(() => {
      throw new Error(`${file} has ended: ${errors.trim().split('\n').at(-1) ?? ''}`)
    })
    gone.catch(() => {})
    const [{ ready }] = (await Promise.race([once(child, 'message'), gone])) as [{ ready: Ready }]
    return new SubjectProcess(ready, child)
  }

  /** Microseconds for one check. */
  async check(which: Check, milliseconds: number): Promise<number> {
    return (await this.#ask({ do: 'check', which, milliseconds })) as number
  }

  /** Bytes for one check. */
  async allocation(which: Check): Promise<number> {
    return (await this.#ask({ do: 'allocation', which })) as number
  }

  async hold(count: number): Promise<void> {
    await this.#ask({ do: 'hold', count })
  }

  async watch(): Promise<void> {
    await this.#ask({ do: 'watch' })
  }

  /** Since `watch`. */
  async usage(): Promise<Usage> {
    return (await this.#ask({ do: 'usage' })) as Usage
  }

  async memory(): Promise<NodeJS.MemoryUsage> {
    return (await this.#ask({ do: 'memory' })) as NodeJS.MemoryUsage
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    const order: Order = { do: 'close' }
    this.#child.send(order)
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5_000)
    await gone
    clearTimeout(timer)
  }

  async #ask(order: Order): Promise<unknown> {
    const answered = once(this.#child, 'message', { signal: AbortSignal.timeout(PATIENCE) })
    this.#child.send(order)
    const [{ answer, fault }] = (await answered) as [{ answer?: unknown; fault?: string }]
    if (fault !== undefined) throw new Error(fault)
    return answer
  }
}
