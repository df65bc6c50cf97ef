// The resource server in Python: which tokens it accepts and refuses, and how quickly it applies a revocation.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pythonWith } from '../../tools/debian-packages.ts'
import { libfaketime } from '../support/faketime.ts'
import { freePort, requestOnce } from '../support/raw-http.ts'
import { cleanEnvironment, type RunningServer, runCommand, type ServerOptions, startServer, temporaryFolder } from '../support/server.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { TestClient } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'
import { ROOT } from './support.ts'

const FOLDER = `${ROOT}examples/python-resource-server/`

let folder: string
let latchkey: RunningServer
let serving: Pick<ServerOptions, 'env' | 'folder'>
let serviceKey: string
let service: RunningService

before(async () => {
  folder = await temporaryFolder()
  serving = { folder, env: { PORT: String(await freePort()) } }
  latchkey = await startServer(serving)
  const { stdout } = await runCommand(['service-key', 'create', 'python', '--json'], { folder })
  serviceKey = JSON.parse(stdout).key
  service = await startService()
})
after(async () => {
  await service.stop()
  await latchkey.stop('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

interface RunningService {
  readonly url: string
  stop(): Promise<void>
}

async function startService(env: Readonly<Record<string, string>> = {}): Promise<RunningService> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const settings = { ISSUER: latchkey.publicUrl, SERVICE_KEY: serviceKey, PORT: String(port), PYTHONDONTWRITEBYTECODE: '1', ...env }
  const child = spawn(pythonWith('jwt') ?? 'python3', [`${FOLDER}server.py`], {
    env: cleanEnvironment(settings),
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  await waitFor('the service to listen', () =>
    requestOnce(url, '/').then(
      ({ status }) => status === 401,
      () => false,
    ),
  )
  return {
    url,
    async stop() {
      child.kill()
      await once(child, 'exit')
    },
  }
}

const ask = (token: string, prefix = 'Bearer ', url = service.url) => requestOnce(url, '/', { headers: { authorization: prefix + token } })

async function signedIn(username: string): Promise<TestClient> {
  const visitor = new TestClient(latchkey.url)
  await visitor.register(username)
  await waitFor('the service to receive the feed', async () => (await ask(visitor.token)).status === 200)
  return visitor
}

/** A token with another header or other claims, signed by `signed`. */
function forged(token: string, header: object, claims: object, signed: (text: string) => Buffer): string {
  const [first = '', second = ''] = token.split('.')
  const changed = [first, second].map((part, index) =>
    Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(part, 'base64url').toString()), ...(index === 0 ? header : claims) })).toString(
      'base64url',
    ),
  )
  return `${changed.join('.')}.${signed(changed.join('.')).toString('base64url')}`
}

test('accepts a valid token, with or without Bearer', async () => {
  const visitor = await signedIn('Good')
  deepEqual(JSON.parse((await ask(visitor.token)).text), { user: visitor.userId, roles: [] })
  equal((await ask(visitor.token, '')).status, 200)
})

test('refuses every altered token', async () => {
  const { token } = await signedIn('Altered')
  const stranger = generateKeyPairSync('ed25519').privateKey
  const byStranger = (text: string) => sign(null, Buffer.from(text), stranger)
  const { keys } = JSON.parse((await requestOnce(latchkey.url, '/.well-known/jwks.json')).text)
  const publicPem = createPublicKey({ key: keys[0], format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  const [first = '', second = '', third = ''] = token.split('.')
  const altered = [
    forged(token, {}, {}, byStranger),
    forged(token, { kid: 'unknown' }, {}, byStranger),
    forged(token, { alg: 'none' }, {}, () => Buffer.alloc(0)),
    forged(token, { alg: 'HS256' }, {}, (text) => createHmac('sha256', publicPem).update(text).digest()),
    forged(token, { typ: 'JWT' }, {}, byStranger),
    forged(token, {}, { roles: ['admin'] }, () => Buffer.from(third, 'base64url')),
    `${first}.${second}.${third.slice(0, -3)}AAA`,
    `${first}.${second}`,
    'a.b.c',
    '',
    'Bearer',
    'x'.repeat(4_000),
  ]
  for (const each of altered) {
    const { status, headers, text } = await ask(each)
    deepEqual([status, text], [401, '{"error": "invalid_token"}'], each.slice(0, 80))
    match(headers['www-authenticate'] ?? '', /^Bearer /)
  }
})

test('refuses a token for another audience and an expired one', async () => {
  const visitor = await signedIn('Elsewhere')
  const other = {
    DATABASE_URL: latchkey.databaseUrl,
    LATCHKEY_PUBLIC_URL: latchkey.publicUrl,
    LATCHKEY_AUDIENCE: 'https://elsewhere.example',
  }
  await using elsewhere = await startServer({ env: other })
  equal((await ask((await visitor.forServer(elsewhere.url).refreshToken()).json.token)).status, 401)
  const ahead = await startService({ LD_PRELOAD: libfaketime(), FAKETIME: '+600s', FAKETIME_DONT_FAKE_MONOTONIC: '1' })
  equal((await ask(visitor.token)).status, 200)
  equal((await ask(visitor.token, 'Bearer ', ahead.url)).text, '{"error": "invalid_token"}')
  await ahead.stop()
})

test('applies a sign-out within a second, to that session only', async (t) => {
  const [leaver, other] = [await signedIn('Leaver'), await signedIn('Other')]
  await leaver.callWithToken('POST', `/access/logout/${leaver.userId}`)
  const ended = performance.now()
  await waitFor('the service to refuse', async () => (await ask(leaver.token)).status === 401)
  t.diagnostic(`refused ${(performance.now() - ended).toFixed(1)} ms after the sign-out`)
  ok(performance.now() - ended < 1_000)
  equal((await ask(leaver.token)).text, '{"error": "session_ended"}')
  equal((await ask(other.token)).status, 200)
})

test('refuses tokens with a role that was removed', async () => {
  const visitor = await signedIn('Clerk')
  await runCommand(['user', 'set-roles', 'Clerk', 'admin'], { folder })
  await waitFor('the token without the role to be refused', async () => (await ask(visitor.token)).text.includes('expired'))
  const admin = (await visitor.refreshToken()).json.token
  deepEqual(JSON.parse((await ask(admin)).text).roles, ['admin'])
  await runCommand(['user', 'set-roles', 'Clerk'], { folder })
  await waitFor('the token with the role to be refused', async () => (await ask(admin)).text.includes('expired'))
})

test('loads a new key', async () => {
  const visitor = await signedIn('Keys')
  await runCommand(['signing-key', 'rotate'], { folder })
  const kid = (token: string) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
  const before = kid(visitor.token)
  await waitFor('tokens by the new key', async () => kid((await visitor.refreshToken()).json.token) !== before)
  await waitFor('the service to take them', async () => (await ask(visitor.token)).status === 200)
})

test('recovers within a moment after a clock was set, of the service or of Latchkey', async () => {
  const visitor = await signedIn('Clocks')
  const file = join(folder, 'clock')
  await writeFile(file, '+0s')
  const fake = { LD_PRELOAD: libfaketime(), FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' }
  const other = await startService(fake)
  const passes = () => ask(visitor.token, 'Bearer ', other.url).then(({ status }) => status === 200)
  await waitFor('the service to receive the feed', passes)
  for (const offset of ['+30s', '-20s', '+0s']) {
    await writeFile(file, offset)
    await waitFor(`the service to accept with ${offset}`, passes)
    ok(await passes())
  }
  await other.stop()
})

test('refuses every token while the feed is unavailable, and applies missed revocations afterwards', async () => {
  const [stays, leaves] = [await signedIn('Stays'), await signedIn('Leaves')]
  latchkey.process.kill('SIGSTOP')
  await waitFor('the service to refuse', async () => (await ask(stays.token)).status === 503)
  equal((await ask(stays.token)).text, '{"error": "feed_unavailable"}')
  await latchkey.stop('SIGKILL')
  await runCommand(['session', 'revoke', '--user', 'Leaves'], { folder })
  latchkey = await startServer(serving)
  await waitFor('the service to receive the feed again', async () => (await ask(stays.token)).status === 200)
  equal((await ask(leaves.token)).text, '{"error": "session_ended"}')
})

test('notices a lost feed in time on a slow connection', async (t) => {
  const port = String(await freePort())
  await using line = await startTcpProxy(`http://127.0.0.1:${port}`)
  await using slow = await startServer({ env: { PORT: port, LATCHKEY_PUBLIC_URL: line.url } })
  const { stdout } = await runCommand(['service-key', 'create', 'python', '--json'], { folder: slow.folder })
  line.delay(400)
  const other = await startService({ ISSUER: line.url, SERVICE_KEY: JSON.parse(stdout).key })
  const visitor = new TestClient(slow.url)
  await visitor.register('Slow')
  const says = async () => (await ask(visitor.token, 'Bearer ', other.url)).status
  try {
    await waitFor('the service to receive the feed', async () => (await says()) === 200)
    slow.process.kill('SIGSTOP')
    const stopped = performance.now()
    await waitFor('the service to refuse', async () => (await says()) === 503)
    t.diagnostic(`refused ${(performance.now() - stopped).toFixed(1)} ms after the last word`)
    ok(performance.now() - stopped < 1_500)
  } finally {
    await other.stop()
  }
})

test('tokens with unknown keys cause one request for keys, also while Latchkey is down', async () => {
  let asked = 0
  const away = createServer((request, response) => {
    if (request.url === '/.well-known/jwks.json') asked += 1
    response.writeHead(503).end()
  }).listen(0, '127.0.0.1')
  await once(away, 'listening')
  const other = await startService({ ISSUER: `http://127.0.0.1:${(away.address() as AddressInfo).port}` })
  const { token } = await signedIn('Flood')
  try {
    const kids = Array.from({ length: 12 }, (_, index) => forged(token, { kid: `made-up-${index}` }, {}, () => Buffer.alloc(64)))
    for (const { status } of await Promise.all(kids.map((each) => ask(each, 'Bearer ', other.url)))) equal(status, 503)
    equal(asked, 1)
  } finally {
    await other.stop()
    away.close()
  }
})
