// Two Latchkey servers behind a real nginx with deploy/nginx.conf: load balancing, the revocation stream, forged addresses, failover.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createVerifier } from '../../src/verify/index.ts'
import { type Backend, startBackend } from '../support/backends.ts'
import { freePort, requestOnce } from '../support/raw-http.ts'
import { type RunningServer, runCommand, startServer } from '../support/server.ts'
import { TestClient } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'

const CONFIGURATION = new URL('../../deploy/nginx.conf', import.meta.url)

let backend: Backend
let servers: RunningServer[]
let nginx: ChildProcess
let url: string
let env: Readonly<Record<string, string>>

before(async () => {
  backend = await startBackend('Redis')
  const port = await freePort()
  url = `http://localhost:${port}`
  env = { ...backend.env, LATCHKEY_PUBLIC_URL: url, LATCHKEY_TRUSTED_PROXIES: '127.0.0.0/8' }
  servers = [await startServer({ folder: backend.folder, env }), await startServer({ folder: backend.folder, env })]
  let text = (await readFile(CONFIGURATION, 'utf8'))
    .replace('listen 8080', `listen 127.0.0.1:${port}`)
    .replaceAll('/tmp/nginx', join(backend.folder, 'nginx'))
  for (const [index, server] of servers.entries()) text = text.replace(`latchkey-${index + 1}:3000`, new URL(server.url).host)
  const configuration = join(backend.folder, 'nginx.conf')
  await writeFile(configuration, text)
  nginx = spawn('nginx', ['-c', configuration, '-g', 'daemon off; master_process off; error_log stderr crit;'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await waitFor('nginx to answer', () =>
    requestOnce(url, '/livez').then(
      ({ status }) => status === 200,
      () => false,
    ),
  )
})
after(async () => {
  nginx.kill()
  await once(nginx, 'exit')
  for (const server of servers) await server.stop('SIGKILL')
  await backend[Symbol.asyncDispose]()
})

test('either server answers any request, and refuses a session that the other one has revoked', async () => {
  const visitor = new TestClient(url)
  await visitor.register('Behind', { remember: true })
  const answered = new Set<string>()
  await waitFor('both to answer', async () => {
    const { status, headers } = await visitor.callWithToken('GET', '/access/session')
    equal(status, 200)
    return answered.add(headers.get('x-request-id')?.split('-')[0] ?? '').size >= 2
  })
  equal((await visitor.callWithToken('POST', `/access/logout/${visitor.userId}`)).status, 200)
  await waitFor('both to refuse', async () => {
    const answers = await Promise.all(servers.map((server) => visitor.forServer(server.url).callWithToken('GET', '/access/session')))
    return answers.every(({ status }) => status === 401)
  })
})

test('nginx does not delay the revocation stream', async (t) => {
  const { stdout } = await runCommand(['service-key', 'create', 'shop', '--json'], { folder: backend.folder, env })
  using verifier = createVerifier({ issuer: url, serviceKey: JSON.parse(stdout).key })
  await verifier.ready()
  const visitor = new TestClient(url)
  await visitor.register('Streamed')
  ok((await verifier.verify(visitor.token)).ok)
  await visitor.callWithToken('POST', `/access/logout/${visitor.userId}`)
  const signedOutAt = performance.now()
  await waitFor('the verifier to refuse', async () => !(await verifier.verify(visitor.token)).ok)
  t.diagnostic(`refused ${(performance.now() - signedOutAt).toFixed(1)} ms after the sign-out`)
  ok(performance.now() - signedOutAt < 1_000)
})

test('forged forwarding headers of a client are ignored', async () => {
  const claims = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9', 'x-real-ip': '203.0.113.9' }
  const visitor = new TestClient(url)
  visitor.signedIn(
    await visitor.callWithCookies('POST', '/access/register', {
      body: { username: 'Claims', password: 'blue-tulip-under-7-moons' },
      headers: claims,
    }),
    201,
  )
  const { events } = (await visitor.callWithToken('GET', '/access/audit-events')).json
  deepEqual([...new Set(events.map(({ ip }: { ip: string }) => ip))], ['127.0.0.1'])
})

test('nginx skips a server that was killed, and every read succeeds', async () => {
  const visitor = new TestClient(url)
  await visitor.register('Survivor')
  await servers[0]?.stop('SIGKILL')
  for (let round = 0; round < 30; round += 1) equal((await visitor.callWithToken('GET', '/access/session')).status, 200)
})
