// Two servers behind a real nginx with the configuration that is there to copy: any of them answers, the stream of endings
// passes at once, and what a client claims about its address counts for nothing.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createVerifier } from '../../src/verify/index.ts'
import { askOnce, freePort } from '../support/connections.ts'
import { type Place, startPlace } from '../support/places.ts'
import { type RunningServer, runCommand, startServer } from '../support/server.ts'
import { until } from '../support/until.ts'
import { Visitor } from '../support/visitor.ts'

const CONFIGURATION = new URL('../../deploy/nginx.conf', import.meta.url)

let place: Place
let servers: RunningServer[]
let nginx: ChildProcess
let url: string
let env: Readonly<Record<string, string>>

before(async () => {
  place = await startPlace('Redis')
  const port = await freePort()
  url = `http://localhost:${port}`
  env = { ...place.env, LATCHKEY_PUBLIC_URL: url, LATCHKEY_TRUSTED_PROXIES: '127.0.0.0/8' }
  servers = [await startServer({ folder: place.folder, env }), await startServer({ folder: place.folder, env })]
  let text = (await readFile(CONFIGURATION, 'utf8'))
    .replace('listen 8080', `listen 127.0.0.1:${port}`)
    .replaceAll('/tmp/nginx', join(place.folder, 'nginx'))
  for (const [index, server] of servers.entries()) text = text.replace(`latchkey-${index + 1}:3000`, new URL(server.url).host)
  const configuration = join(place.folder, 'nginx.conf')
  await writeFile(configuration, text)
  nginx = spawn('nginx', ['-c', configuration, '-g', 'daemon off; master_process off; error_log stderr crit;'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await until('nginx to answer', () =>
    askOnce(url, '/livez').then(
      ({ status }) => status === 200,
      () => false,
    ),
  )
})
after(async () => {
  nginx.kill()
  await once(nginx, 'exit')
  for (const server of servers) await server.stop('SIGKILL')
  await place[Symbol.asyncDispose]()
})

test('Any of the servers answers any request, and an ending in one is refused by the other', async () => {
  const visitor = new Visitor(url)
  await visitor.register('Behind', { remember: true })
  const answered = new Set<string>()
  await until('both to answer', async () => {
    const { status, headers } = await visitor.byToken('GET', '/access/session')
    equal(status, 200)
    return answered.add(headers.get('x-request-id')?.split('-')[0] ?? '').size >= 2
  })
  equal((await visitor.byToken('POST', `/access/logout/${visitor.code}`)).status, 200)
  await until('both to refuse', async () => {
    const answers = await Promise.all(servers.map((server) => visitor.at(server.url).byToken('GET', '/access/session')))
    return answers.every(({ status }) => status === 401)
  })
})

test('The stream of endings passes through at once', async (t) => {
  const { stdout } = await runCommand(['service-key', 'create', 'shop', '--json'], { folder: place.folder, env })
  using verifier = createVerifier({ issuer: url, serviceKey: JSON.parse(stdout).key })
  await verifier.ready()
  const visitor = new Visitor(url)
  await visitor.register('Streamed')
  ok((await verifier.verify(visitor.token)).ok)
  await visitor.byToken('POST', `/access/logout/${visitor.code}`)
  const ended = performance.now()
  await until('the verifier to refuse', async () => !(await verifier.verify(visitor.token)).ok)
  t.diagnostic(`refused ${(performance.now() - ended).toFixed(1)} ms after the sign-out`)
  ok(performance.now() - ended < 1_000)
})

test('What a client claims about its address counts for nothing', async () => {
  const claims = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9', 'x-real-ip': '203.0.113.9' }
  const visitor = new Visitor(url)
  visitor.signedIn(
    await visitor.plainly('POST', '/access/register', {
      body: { username: 'Claims', password: 'blue-tulip-under-7-moons' },
      headers: claims,
    }),
    201,
  )
  const { events } = (await visitor.byToken('GET', '/access/audit-events')).json
  deepEqual([...new Set(events.map(({ ip }: { ip: string }) => ip))], ['127.0.0.1'])
})

test('A server that dies is passed over, and nobody notices who only reads', async () => {
  const visitor = new Visitor(url)
  await visitor.register('Survivor')
  await servers[0]?.stop('SIGKILL')
  for (let round = 0; round < 30; round += 1) equal((await visitor.byToken('GET', '/access/session')).status, 200)
})
