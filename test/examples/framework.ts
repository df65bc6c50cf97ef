// An example with packages of its own, as somebody who copies it has it: in a folder of its own, installed, built, started.

import { ok } from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { copyUncompiled } from '../../tools/uncompiled-files.ts'
import { freePort } from '../support/raw-http.ts'
import { cleanEnvironment, temporaryFolder } from '../support/server.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const INSTALL_TIME = 150_000
const BUILD_TIME = 100_000
/** A server for developers builds each page when it is first asked for. */
const START_TIME = 45_000
/** What an example makes by itself, and nobody copies. */
const GENERATED = ['node_modules', '.next', '.svelte-kit', 'build', 'next-env.d.ts']

export interface Example {
  readonly folder: string
  readonly url: string
  /** What is set wherever a program of the example runs. */
  readonly env: NodeJS.ProcessEnv
  [Symbol.asyncDispose](): Promise<void>
}

export interface RunningExample {
  readonly pid: number
  output(): string
  [Symbol.asyncDispose](): Promise<void>
}

/** Copies an example, and installs it with Latchkey as it would be packed. @throws AssertionError with what npm printed */
export async function installExample(name: string): Promise<Example> {
  const home = await temporaryFolder()
  const leave = () => rm(home, { recursive: true, force: true })
  try {
    return { ...(await installIn(home, name)), [Symbol.asyncDispose]: leave }
  } catch (error) {
    await leave()
    throw error
  }
}

async function installIn(home: string, name: string): Promise<Omit<Example, typeof Symbol.asyncDispose>> {
  const folder = join(home, name)
  await cp(join(ROOT, 'examples', name), folder, {
    recursive: true,
    filter: (path) => !GENERATED.some((part) => path.endsWith(`/${part}`)),
  })
  await packInto(join(home, 'latchkey'))
  const manifest = await readFile(join(folder, 'package.json'), 'utf8')
  await writeFile(join(folder, 'package.json'), manifest.replace('"file:../.."', '"file:../latchkey"'))

  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = cleanEnvironment({
    // This very Node first, wherever another one is installed.
    PATH: [dirname(process.execPath), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    PORT: String(port),
    HOST: '127.0.0.1',
    LATCHKEY_PUBLIC_URL: url,
    // All visitors of a test come from one address.
    LATCHKEY_REGISTRATION_LIMIT: '1000/1h',
    NEXT_TELEMETRY_DISABLED: '1',
    NO_UPDATE_NOTIFIER: '1',
  })
  // npm is told of registries and proxies by the environment, too.
  const installer = { folder, env: { ...process.env, ...env } }
  const install = ['install', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline']
  await runIn(installer, 'npm', install, INSTALL_TIME, 'Its packages come from the npm registry: is that reachable from here?')
  return { folder, url, env }
}

/** The package without its way over npm pack, which would build into `dist` under the feet of other tests. */
async function packInto(folder: string): Promise<void> {
  await mkdir(join(folder, 'dist'), { recursive: true })
  const { scripts: _, devDependencies: __, ...manifest } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  await cp(join(ROOT, 'dist', 'assets'), join(folder, 'dist', 'assets'), { recursive: true })
  const here = { folder: ROOT, env: process.env }
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  await runIn(here, process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')], BUILD_TIME)
  copyUncompiled(join(folder, 'dist'))
}

/** Runs a program in an example's folder to its end, within a time. @throws AssertionError with everything it printed */
export async function runIn(
  { folder, env }: Pick<Example, 'folder' | 'env'>,
  program: string,
  args: readonly string[],
  time = BUILD_TIME,
  hint = '',
): Promise<string> {
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: time, killSignal: 'SIGKILL' })
  const printed = collect(child)
  await once(child, 'close')
  const how = child.signalCode === null ? `ended with ${child.exitCode}` : `was not done after ${time / 1000} s`
  ok(child.exitCode === 0, `${program} ${args.join(' ')} ${how}. ${hint}\n${printed()}`)
  return printed()
}

/** Starts a script of the example's packages as a server, and waits until it answers. */
export async function startIn(
  example: Example,
  script: readonly string[],
  more: Readonly<Record<string, string>> = {},
  /** What comes along with every request. */
  headers: Readonly<Record<string, string>> = {},
): Promise<RunningExample> {
  const child = spawn(process.execPath, script, {
    cwd: example.folder,
    env: { ...example.env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed = collect(child)
  const exited = once(child, 'exit')
  const running = {
    pid: child.pid ?? 0,
    output: printed,
    async [Symbol.asyncDispose]() {
      child.kill()
      const deadline = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await exited
      clearTimeout(deadline)
    },
  }
  let last = 'nothing'
  const deadline = Date.now() + START_TIME
  while (last !== '200') {
    last = await fetch(`${example.url}/sign-in`, { headers }).then(
      (answer) => String(answer.status),
      () => last,
    )
    if (child.exitCode === null && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50))
    else if (last !== '200') {
      await running[Symbol.asyncDispose]()
      throw new Error(`${example.url}/sign-in answered ${last}. It printed:\n${printed()}`)
    }
  }
  return running
}

function collect(child: ChildProcess): () => string {
  let printed = ''
  const take = (chunk: Buffer) => {
    printed += chunk.toString()
  }
  child.stdout?.on('data', take)
  child.stderr?.on('data', take)
  return () => printed
}
