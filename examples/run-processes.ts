// Runs the programs of one example: starts them in order, stops them together.

import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const LATCHKEY = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))

export interface Launcher {
  /** A temporary folder, removed at the end. */
  readonly folder: string
  /** Starts a program, and waits until `url` answers. */
  launch(command: string, args: readonly string[], env: NodeJS.ProcessEnv, url: string): Promise<void>
}

/** @param start starts the programs, and returns the line to print when all of them run */
export async function runProcesses(start: (launcher: Launcher) => Promise<string>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-example-'))
  // A proxy that was started as root may read the folder as another user.
  await chmod(folder, 0o711)
  const children: ChildProcess[] = []
  const exits: Promise<void>[] = []
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => children.forEach((child) => void child.kill()))
  const launch: Launcher['launch'] = async (command, args, env, url) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] })
    children.push(child)
    exits.push(waitForExit(child))
    await Promise.race([waitForAnswer(url, stopped.signal), ...exits])
  }
  try {
    console.log(await start({ folder, launch }))
    await Promise.race(exits)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  } finally {
    stopped.abort()
    for (const child of children) child.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Resolves after a stop that was requested; rejects if the program could not start, or stopped by itself. */
async function waitForExit(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`Cannot start ${child.spawnfile}: ${error.message}. Install it, or add it to PATH.`)))
    child.once('exit', (code) => (child.killed ? resolve() : reject(new Error(`${child.spawnfile} exited with code ${code}.`))))
  })
}

async function waitForAnswer(url: string, signal: AbortSignal): Promise<void> {
  const answers = () =>
    fetch(url).then(
      ({ status }) => status < 500,
      () => false,
    )
  while (!signal.aborted && !(await answers())) await new Promise((resolve) => setTimeout(resolve, 50))
}

/** A free port. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
