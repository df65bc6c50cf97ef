// Latchkey, the examples' application in Python and a proxy in front of both, with the example's own configuration.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { withPorts } from '../../examples/forward-auth-app/run-with-proxy.ts'
import { freePort, requestOnce } from '../support/raw-http.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'
import { ROOT } from './support.ts'

export interface ReceivedRequest {
  readonly method: string
  readonly target: string
  /** As received, duplicates included. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body?: { readonly bytes: number; readonly sha256: string }
}

export interface ProtectedApp extends AsyncDisposable {
  readonly url: string
  readonly latchkey: RunningServer
  /** The requests that have reached the application since the last call. */
  received(): Promise<readonly ReceivedRequest[]>
}

/** All headers that the application could read as the user's identity, in any spelling, with all values. */
export function receivedIdentity({ headers }: ReceivedRequest): Readonly<Record<string, readonly string[]>> {
  const identity: Record<string, string[]> = {}
  for (const [name, value] of headers) {
    const normalized = name.toLowerCase().replace(/[^a-z]/g, '-')
    if (normalized.includes('remote-')) identity[normalized] = [...(identity[normalized] ?? []), value]
  }
  return identity
}

interface Proxy {
  readonly configuration: string
  readonly command: (file: string, folder: string) => readonly [string, ...string[]]
}

export const PROXIES = {
  nginx: {
    configuration: 'examples/nginx/nginx.conf',
    command: (file, folder) => ['nginx', '-p', folder, '-c', file, '-g', 'daemon off;'],
  },
  caddy: {
    configuration: 'examples/caddy/Caddyfile',
    command: (file) => ['caddy', 'run', '--adapter', 'caddyfile', '--config', file],
  },
} as const satisfies Readonly<Record<string, Proxy>>

export async function startProtectedApp(name: keyof typeof PROXIES, env: Readonly<Record<string, string>> = {}): Promise<ProtectedApp> {
  const { configuration, command }: Proxy = PROXIES[name]
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-test-'))
  // An nginx that was started as root reads the folder as another user.
  await chmod(folder, 0o711)
  const ports = { proxy: await freePort(), app: await freePort() }
  const url = `http://localhost:${ports.proxy}`
  const latchkey = await startServer({ env: { LATCHKEY_PUBLIC_URL: url, LATCHKEY_TRUSTED_PROXIES: '127.0.0.0/8', ...env } })
  const file = join(folder, 'configuration')
  const text = await readFile(join(ROOT, configuration), 'utf8')
  await writeFile(file, withPorts(text, { ...ports, latchkey: Number(new URL(latchkey.url).port) }))

  const app = startApp(ports.app)
  const [program, ...args] = command(file, folder)
  let stderr = ''
  const proxy = spawn(program, args, {
    env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  proxy.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  await waitFor(`${name} to answer`, async () => {
    if (proxy.exitCode !== null) throw new Error(`${name} did not start:\n${stderr}`)
    return (await requestOnce(url, '/sign-in').catch(() => ({ status: 0 }))).status === 200
  })
  await app.seen()
  return {
    url,
    latchkey,
    received: app.seen,
    async [Symbol.asyncDispose]() {
      await Promise.all([stop(proxy), stop(app.process)])
      await latchkey[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function startApp(port: number) {
  const child = spawn('python3', [join(ROOT, 'test/examples/recording_app.py'), join(ROOT, 'examples/forward-auth-app')], {
    env: { ...process.env, PORT: String(port), PYTHONDONTWRITEBYTECODE: '1' },
    // It reports aborted connections on stderr.
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let recorded: ReceivedRequest[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { line: requestLine, headers, ...body } = JSON.parse(line)
    const last = recorded.at(-1)
    if (requestLine === undefined) recorded = last === undefined ? [] : [...recorded.slice(0, -1), { ...last, body }]
    else {
      const [method = '', target = ''] = requestLine.split(' ')
      recorded.push({ method, target, headers })
    }
  })
  let rounds = 0
  return {
    process: child,
    /** Everything before a marker request, which goes to the application directly. */
    async seen() {
      rounds += 1
      const mark = `/mark-${rounds}`
      await waitFor('the application to answer', () =>
        requestOnce(`http://127.0.0.1:${port}`, mark).then(
          () => true,
          () => false,
        ),
      )
      await waitFor('the record', () => recorded.some(({ target }) => target === mark))
      const before = recorded.filter(({ target }) => !target.startsWith('/mark-'))
      recorded = []
      return before
    },
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  // Not by SIGKILL, which would leave the workers of nginx behind.
  child.kill()
  await once(child, 'exit')
}
