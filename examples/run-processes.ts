// Several programs that are one example: started in turn, ended together.

import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const LATCHKEY = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))

export interface Launcher {
  /** Removed at the end. */
  readonly folder: string
  /** Starts a program, and waits until `url` is answered there. */
  launch(command: string, args: readonly string[], env: NodeJS.ProcessEnv, url: string): Promise<void>
}

/** @param start starts everything; what it returns is printed once all runs */
export async function runProcesses(start: (stage: Launcher) => Promise<string>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-example-'))
  // Started as root, a proxy may read what waits there as another user.
  await chmod(folder, 0o711)
  const children: ChildProcess[] = []
  const ends: Promise<void>[] = []
  const over = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => children.forEach((child) => void child.kill()))
  const launch: Launcher['launch'] = async (command, args, env, url) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] })
    children.push(child)
    ends.push(waitForExit(child))
    await Promise.race([waitForAnswer(url, over.signal), ...ends])
  }
  try {
    console.log(await start({ folder, launch }))
    await Promise.race(ends)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  } finally {
    over.abort()
    for (const child of children) child.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Resolves when it was asked to end; rejects when it could not start, or ended by itself. */
async function waitForExit(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${child.spawnfile} cannot be started: ${error.message}. Is it installed?`)))
    child.once('exit', (code) => (child.killed ? resolve() : reject(new Error(`${child.spawnfile} ended with ${code}.`))))
  })
}

async function waitForAnswer(url: string, over: AbortSignal): Promise<void> {
  const isThere = () =>
    fetch(url).then(
      ({ status }) => status < 500,
      () => false,
    )
  while (!over.aborted && !(await isThere())) await new Promise((resolve) => setTimeout(resolve, 50))
}

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
