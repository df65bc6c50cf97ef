// A real Latchkey server in a child process, on a free port, with its own database folder.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname

export interface RunningServer {
  /** The URL with the IP address that it listens on. */
  readonly url: string
  readonly publicUrl: string
  readonly folder: string
  readonly databaseUrl: string
  readonly process: ChildProcess
  /** Returns its output so far. */
  output(): string
  /** Stops it with a signal, waits until it has exited, and returns its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
  /** Stops it and removes its folder. */
  [Symbol.asyncDispose](): Promise<void>
}

export interface ServerOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  /** The program to run instead of src/cli/main.ts. */
  readonly main?: string
  /** An existing folder to run in; it is then not removed. */
  readonly folder?: string
}

/** Tests register more users in an hour than the limit for a network allows. */
export const MANY_REGISTRATIONS = { LATCHKEY_REGISTRATION_LIMIT: '1000000/1h' }

/** The environment of a test, without settings of the machine. */
export function cleanEnvironment(env: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', ...MANY_REGISTRATIONS, ...env }
}

export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'latchkey-test-'))
}

const START_TIME = 20_000

export async function startServer({ env = {}, args = [], folder, main = MAIN }: ServerOptions = {}): Promise<RunningServer> {
  const home = folder ?? (await temporaryFolder())
  const child = spawn(process.execPath, [main, 'serve', ...args], {
    cwd: home,
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const exited = once(child, 'exit')
  const collect = (chunk: Buffer) => {
    output += chunk.toString()
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const deadline = Date.now() + START_TIME
  let started: RegExpExecArray | null = null
  while (started === null) {
    started = /^Latchkey listens on (\S+?)(?:, public URL (\S+))?$/m.exec(output)
    if (started !== null) break
    if (child.exitCode !== null) throw new Error(`The server did not start:\n${output}`)
    if (Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`The server did not start in time:\n${output}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const url = started[1] ?? ''
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal)
      await exited
    }
    return child.exitCode
  }
  return {
    url,
    publicUrl: started[2] ?? url,
    folder: home,
    databaseUrl: env.DATABASE_URL ?? `sqlite:${join(home, 'latchkey.db')}`,
    process: child,
    output: () => output,
    stop,
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL')
      if (folder === undefined) await rm(home, { recursive: true, force: true })
    },
  }
}

export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a `latchkey` command and returns its output. */
export async function runCommand(
  args: readonly string[],
  { folder, env = {}, input = '' }: { folder: string; env?: Readonly<Record<string, string>>; input?: string | Buffer },
): Promise<CommandResult> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder, env: cleanEnvironment(env), stdio: 'pipe' })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  child.stdin.end(input)
  await once(child, 'close')
  return { code: child.exitCode, stdout, stderr }
}
