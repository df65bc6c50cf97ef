// The proxies of the examples, with the configurations that are there to copy, on ports of a test.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../support/server.ts'
import { ROOT } from './support.ts'

const PROXIES = {
  nginx: {
    configuration: 'examples/nginx/nginx.conf',
    run: (file: string) => ['nginx', '-c', file, '-g', 'daemon off; master_process off; error_log stderr crit;'],
  },
  Caddy: { configuration: 'examples/caddy/Caddyfile', run: (file: string) => ['caddy', 'run', '--config', file, '--adapter', 'caddyfile'] },
} as const

export type ProxyName = keyof typeof PROXIES
export const PROXY_NAMES = Object.keys(PROXIES) as readonly ProxyName[]

/** By the ports that are written there: 8080 for the world, 3000 for Latchkey, 9000 for the application. */
export type Ports = Readonly<Record<'8080' | '3000' | '9000', string | number>>

export async function startProxy(name: ProxyName, ports: Ports): Promise<AsyncDisposable> {
  const { configuration, run } = PROXIES[name]
  const written = await readFile(ROOT + configuration, 'utf8')
  const text = written.replace(/:(8080|3000|9000)\b/g, (_, port: keyof Ports) => `:${ports[port]}`)
  const folder = await temporaryFolder()
  const file = join(folder, 'configuration')
  await writeFile(file, text.replaceAll('/tmp/nginx', join(folder, 'nginx')))
  const [command = '', ...args] = run(file)
  const proxy: ChildProcess = spawn(command, args, { env: { ...process.env, HOME: folder }, stdio: ['ignore', 'ignore', 'inherit'] })
  return {
    async [Symbol.asyncDispose]() {
      proxy.kill()
      await once(proxy, 'exit')
      await rm(folder, { recursive: true, force: true })
    },
  }
}
