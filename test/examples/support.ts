// Starts an example as a reader would, with the sources of this checkout instead of the installed package.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { freePort } from '../support/raw-http.ts'
import { cleanEnvironment, temporaryFolder } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'

export const ROOT = new URL('../../', import.meta.url).pathname

const STOP_TIMEOUT_MS = 10_000

export interface RunningExample extends AsyncDisposable {
  readonly url: string
  readonly folder: string
  printed(): string
}

/** @param name the folder in `examples/`, whose `server.ts` prints its address when it listens */
export async function startExample(name: string, env: Readonly<Record<string, string>> = {}): Promise<RunningExample> {
  const folder = await temporaryFolder()
  const port = await freePort()
  const child = spawn(process.execPath, ['--import', `${ROOT}tools/from-sources.ts`, `${ROOT}examples/${name}/server.ts`], {
    cwd: folder,
    env: cleanEnvironment({ PORT: String(port), ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  const collect = (chunk: Buffer) => {
    printed += chunk.toString()
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  await waitFor(`examples/${name} to listen`, () => {
    if (child.exitCode !== null) throw new Error(`examples/${name} did not start:\n${printed}`)
    return printed.includes(`http://localhost:${port}`)
  })
  return {
    url: `http://localhost:${port}`,
    folder,
    printed: () => printed,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        // An example with several programs stops them first.
        child.kill()
        const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
        await once(child, 'exit')
        clearTimeout(late)
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}
