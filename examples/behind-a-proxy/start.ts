// Three programs that are one example: Latchkey, the application, and a proxy before both. They end together.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Proxy {
  /** The configuration that is there to copy; its ports are exchanged for free ones. */
  readonly configuration: URL
  readonly run: (file: string, folder: string) => readonly [command: string, ...args: string[]]
}

const LATCHKEY = new URL('../../src/cli/main.ts', import.meta.url)
const APPLICATION = new URL('app.py', import.meta.url)

export async function start(port: number, { configuration, run }: Proxy): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-example-'))
  const ports: Readonly<Record<string, number>> = { 8080: port, 3000: await freePort(), 9000: await freePort() }
  const text = (await readFile(configuration, 'utf8')).replace(/:(8080|3000|9000)\b/g, (_, written: string) => `:${ports[written]}`)
  const file = join(folder, 'configuration')
  await writeFile(file, text.replaceAll('/tmp/nginx', join(folder, 'nginx')))

  const url = `http://localhost:${port}`
  const children: ChildProcess[] = []
  const launch = (command: string, args: readonly string[], env: NodeJS.ProcessEnv) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] })
    children.push(child)
    return ended(child)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => children.forEach((child) => void child.kill()))
  try {
    const settings = { PORT: String(ports[3000]), LATCHKEY_PUBLIC_URL: url, LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' }
    const latchkey = launch(process.execPath, [fileURLToPath(LATCHKEY), 'serve'], settings)
    const application = launch('python3', [fileURLToPath(APPLICATION)], { PORT: String(ports[9000]) })
    await Promise.race([answers(`http://127.0.0.1:${ports[3000]}`), latchkey, application])
    const [command, ...args] = run(file, folder)
    const proxy = launch(command, args, { HOME: folder })
    await Promise.race([answers(url), latchkey, application, proxy])
    console.log(url)
    await Promise.race([latchkey, application, proxy])
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  } finally {
    for (const child of children) child.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Resolves when it was asked to end; rejects when it could not start, or ended by itself. */
async function ended(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${child.spawnfile} cannot be started: ${error.message}. Is it installed?`)))
    child.once('exit', (code) => (child.killed ? resolve() : reject(new Error(`${child.spawnfile} ended with ${code}.`))))
  })
}

async function answers(url: string): Promise<void> {
  const isThere = () =>
    fetch(`${url}/access/session`).then(
      ({ status }) => status === 401,
      () => false,
    )
  while (!(await isThere())) await new Promise((resolve) => setTimeout(resolve, 50))
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
