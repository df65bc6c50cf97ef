// A deployment as it would stand: two processes that serve, over one store, and a verifier in a third.

import { equal } from 'node:assert/strict'
import { type Line, startLine } from '../support/line.ts'
import { type Place, type PlaceName, startPlace } from '../support/places.ts'
import { type RunningServer, runCommand, startServer } from '../support/server.ts'
import { VerifierProcess } from './verifier-process.ts'

const PUBLIC_URL = 'http://login.drill'

export interface Deployment extends AsyncDisposable {
  readonly place: Place
  /** Where requests can go. With SQLite both are the same address, behind which two workers are. */
  readonly urls: readonly [string, string]
  readonly servers: readonly RunningServer[]
  readonly verifier: VerifierProcess
  /** Between the verifier and the second server. */
  readonly line: Line
  /** Starts the first server again, on another port. */
  restartFirst(): Promise<void>
}

/** @param env for the first server alone */
export async function startDeployment(name: PlaceName, env: Readonly<Record<string, string>> = {}): Promise<Deployment> {
  const place = await startPlace(name)
  const settings = { ...place.env, LATCHKEY_PUBLIC_URL: PUBLIC_URL, LATCHKEY_LOGIN_LIMIT: '100000/5m,100000/5m', LOG_LEVEL: 'error' }
  const start = (more: Readonly<Record<string, string>>, ...args: readonly string[]) =>
    startServer({ folder: place.folder, env: { ...settings, ...more }, args })
  const servers = name === 'SQLite' ? [await start(env, '--workers', '2')] : [await start(env), await start({})]
  const added = await runCommand(['service-key', 'create', 'drill', '--json'], { folder: place.folder, env: settings })
  equal(added.code, 0, added.stderr)
  const urlOf = (index: number) => servers[index]?.url ?? servers[0]?.url ?? ''
  const line = await startLine(urlOf(1))
  const verifier = await VerifierProcess.start(PUBLIC_URL, line.url, JSON.parse(added.stdout).key)
  return {
    place,
    get urls(): readonly [string, string] {
      return [urlOf(0), urlOf(1)]
    },
    servers,
    verifier,
    line,
    async restartFirst() {
      servers[0] = await start(env)
    },
    async [Symbol.asyncDispose]() {
      verifier.kill('SIGKILL')
      await line[Symbol.asyncDispose]()
      for (const server of servers) await server.stop('SIGKILL')
      await place[Symbol.asyncDispose]()
    },
  }
}
