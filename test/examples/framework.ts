// Installs, builds and starts an example that has its own packages, in a folder of its own, as a reader who copies it would.

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
/** A development server builds each page at its first request. */
const START_TIME = 45_000
/** Generated files of an example, which are not copied. */
const GENERATED = ['node_modules', '.next', '.svelte-kit', 'build', 'next-env.d.ts']

export interface Example {
  readonly folder: string
  readonly url: string
  /** The environment of every program of the example. */
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
    // The Node that runs the tests comes first.
    PATH: [dirname(process.execPath), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    PORT: String(port),
    HOST: '127.0.0.1',
    LATCHKEY_PUBLIC_URL: url,
    // All visitors of a test come from one address.
    LATCHKEY_REGISTRATION_LIMIT: '1000/1h',
    NEXT_TELEMETRY_DISABLED: '1',
    NO_UPDATE_NOTIFIER: '1',
  })
  // npm also reads registries and proxies from the environment.
  const installer = { folder, env: { ...process.env, ...env } }
  const install = ['install', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline']
  await runIn(installer, 'npm', install, INSTALL_TIME, 'It needs the npm registry: check that it can be reached.')
  return { folder, url, env }
}

/** Builds the package into a folder of its own: npm pack would overwrite `dist`, which other tests use. */
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

/** Runs a program in the folder of an example. @throws AssertionError with its output, after a failure or a timeout */
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
  /** Headers of every request. */
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
