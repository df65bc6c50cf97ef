// A service in Python, with PyJWT and the standard library: what it takes, what it refuses, and how soon it hears.

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
  await waitFor('the service to hear Latchkey', async () => (await ask(visitor.token)).status === 200)
  return visitor
}

/** A token with another header or other claims, signed by whoever makes it. */
function forged(token: string, header: object, claims: object, signed: (text: string) => Buffer): string {
  const [first = '', second = ''] = token.split('.')
  const changed = [first, second].map((part, index) =>
    Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(part, 'base64url').toString()), ...(index === 0 ? header : claims) })).toString(
      'base64url',
    ),
  )
  return `${changed.join('.')}.${signed(changed.join('.')).toString('base64url')}`
}

test('A good token passes, bare or after Bearer', async () => {
  const visitor = await signedIn('Good')
  deepEqual(JSON.parse((await ask(visitor.token)).text), { user: visitor.userId, roles: [] })
  equal((await ask(visitor.token, '')).status, 200)
})

test('Every altered token is refused', async () => {
  const { token } = await signedIn('Altered')
  const stranger = generateKeyPairSync('ed25519').privateKey
  const bySomebody = (text: string) => sign(null, Buffer.from(text), stranger)
  const { keys } = JSON.parse((await requestOnce(latchkey.url, '/.well-known/jwks.json')).text)
  const publicPem = createPublicKey({ key: keys[0], format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  const [first = '', second = '', third = ''] = token.split('.')
  const altered = [
    forged(token, {}, {}, bySomebody),
    forged(token, { kid: 'unknown' }, {}, bySomebody),
    forged(token, { alg: 'none' }, {}, () => Buffer.alloc(0)),
    forged(token, { alg: 'HS256' }, {}, (text) => createHmac('sha256', publicPem).update(text).digest()),
    forged(token, { typ: 'JWT' }, {}, bySomebody),
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

test('A token of another audience and one that has expired are refused', async () => {
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

test('A sign-out is heard within a second, and only that session is refused', async (t) => {
  const [leaver, other] = [await signedIn('Leaver'), await signedIn('Other')]
  await leaver.callWithToken('POST', `/access/logout/${leaver.userId}`)
  const ended = performance.now()
  await waitFor('the service to refuse', async () => (await ask(leaver.token)).status === 401)
  t.diagnostic(`refused ${(performance.now() - ended).toFixed(1)} ms after the sign-out`)
  ok(performance.now() - ended < 1_000)
  equal((await ask(leaver.token)).text, '{"error": "session_ended"}')
  equal((await ask(other.token)).status, 200)
})

test('A role that was taken away counts no more', async () => {
  const visitor = await signedIn('Clerk')
  await runCommand(['user', 'set-roles', 'Clerk', 'admin'], { folder })
  await waitFor('the token without the role to be refused', async () => (await ask(visitor.token)).text.includes('expired'))
  const admin = (await visitor.refreshToken()).json.token
  deepEqual(JSON.parse((await ask(admin)).text).roles, ['admin'])
  await runCommand(['user', 'set-roles', 'Clerk'], { folder })
  await waitFor('the token with the role to be refused', async () => (await ask(admin)).text.includes('expired'))
})

test('New keys are loaded when they are there', async () => {
  const visitor = await signedIn('Keys')
  await runCommand(['signing-key', 'rotate'], { folder })
  const kid = (token: string) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
  const before = kid(visitor.token)
  await waitFor('tokens by the new key', async () => kid((await visitor.refreshToken()).json.token) !== before)
  await waitFor('the service to take them', async () => (await ask(visitor.token)).status === 200)
})

test('A clock that is set, of the service or of Latchkey, is no silence for longer than a moment', async () => {
  const visitor = await signedIn('Clocks')
  const file = join(folder, 'clock')
  await writeFile(file, '+0s')
  const fake = { LD_PRELOAD: libfaketime(), FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' }
  const other = await startService(fake)
  const passes = () => ask(visitor.token, 'Bearer ', other.url).then(({ status }) => status === 200)
  await waitFor('the service to hear', passes)
  for (const offset of ['+30s', '-20s', '+0s']) {
    await writeFile(file, offset)
    await waitFor(`the service to hear with ${offset}`, passes)
    ok(await passes())
  }
  await other.stop()
})

test('While Latchkey is not heard everything is refused, and nothing that ended meanwhile comes back', async () => {
  const [stays, leaves] = [await signedIn('Stays'), await signedIn('Leaves')]
  latchkey.process.kill('SIGSTOP')
  await waitFor('the service to refuse', async () => (await ask(stays.token)).status === 503)
  equal((await ask(stays.token)).text, '{"error": "feed_unavailable"}')
  await latchkey.stop('SIGKILL')
  await runCommand(['session', 'revoke', '--user', 'Leaves'], { folder })
  latchkey = await startServer(serving)
  await waitFor('the service to hear again', async () => (await ask(stays.token)).status === 200)
  equal((await ask(leaves.token)).text, '{"error": "session_ended"}')
})

test('On a line that was slow from its first word, silence is noticed as soon', async (t) => {
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
    await waitFor('the service to hear Latchkey', async () => (await says()) === 200)
    slow.process.kill('SIGSTOP')
    const stopped = performance.now()
    await waitFor('the service to refuse', async () => (await says()) === 503)
    t.diagnostic(`refused ${(performance.now() - stopped).toFixed(1)} ms after the last word`)
    ok(performance.now() - stopped < 1_500)
  } finally {
    await other.stop()
  }
})

test('Tokens with made-up keys do not send the service to Latchkey each time, also while it is away', async () => {
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
