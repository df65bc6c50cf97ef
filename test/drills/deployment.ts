// A deployment for the drills: two server processes on one store, and a verifier in a third process.

import { equal } from 'node:assert/strict'
import { type Backend, type BackendName, startBackend } from '../support/backends.ts'
import { type RunningServer, runCommand, startServer } from '../support/server.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { VerifierProcess } from './verifier-process.ts'

const PUBLIC_URL = 'http://login.drill'

export interface Deployment extends AsyncDisposable {
  readonly backend: Backend
  /** The URLs of both servers. With SQLite, both are the URL of one server with two workers. */
  readonly urls: readonly [string, string]
  readonly servers: readonly RunningServer[]
  readonly verifier: VerifierProcess
  /** The proxy between the verifier and the second server. */
  readonly proxy: TcpProxy
  /** Starts the first server again, on another port. */
  restartFirst(): Promise<void>
}

/** @param env settings of the first server only */
export async function startDeployment(name: BackendName, env: Readonly<Record<string, string>> = {}): Promise<Deployment> {
  const backend = await startBackend(name)
  const settings = { ...backend.env, LATCHKEY_PUBLIC_URL: PUBLIC_URL, LATCHKEY_LOGIN_LIMIT: '100000/5m,100000/5m', LOG_LEVEL: 'error' }
  const start = (extra: Readonly<Record<string, string>>, ...args: readonly string[]) =>
    startServer({ folder: backend.folder, env: { ...settings, ...extra }, args })
  const servers = name === 'SQLite' ? [await start(env, '--workers', '2')] : [await start(env), await start({})]
  const added = await runCommand(['service-key', 'create', 'drill', '--json'], { folder: backend.folder, env: settings })
  equal(added.code, 0, added.stderr)
  const urlOf = (index: number) => servers[index]?.url ?? servers[0]?.url ?? ''
  const proxy = await startTcpProxy(urlOf(1))
  const verifier = await VerifierProcess.start(PUBLIC_URL, proxy.url, JSON.parse(added.stdout).key)
  return {
    backend,
    get urls(): readonly [string, string] {
      return [urlOf(0), urlOf(1)]
    },
    servers,
    verifier,
    proxy,
    async restartFirst() {
      servers[0] = await start(env)
    },
    async [Symbol.asyncDispose]() {
      verifier.kill('SIGKILL')
      await proxy[Symbol.asyncDispose]()
      for (const server of servers) await server.stop('SIGKILL')
      await backend[Symbol.asyncDispose]()
    },
  }
}
