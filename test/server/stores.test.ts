// A server over PostgreSQL and Redis: several workers, a start without them, and operation while one of them is down.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, suite, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Backend, startBackend } from '../support/backends.ts'
import { freePort, requestOnce } from '../support/raw-http.ts'
import { cleanEnvironment, MAIN, type RunningServer, runCommand, startServer } from '../support/server.ts'
import { PASSWORD, TestClient } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'

let backend: Backend
before(async () => {
  backend = await startBackend('Redis')
})
after(() => backend[Symbol.asyncDispose]())

for (const withRedis of [false, true]) {
  const name = withRedis ? 'PostgreSQL and Redis' : 'PostgreSQL alone'

  void suite(`Two workers over ${name}`, () => {
    let server: RunningServer
    let env: Readonly<Record<string, string>>
    before(async () => {
      const { REDIS_URL: _, ...alone } = backend.env
      env = { ...(withRedis ? backend.env : alone), LATCHKEY_LOGIN_LIMIT: '5/5m,1000/5m' }
      server = await startServer({ folder: backend.folder, env, args: ['--workers', '2'] })
    })
    after(() => server[Symbol.asyncDispose]())

    /** The worker that answered: each has its own prefix of request ids. */
    const ask = async (authorization: string) => {
      const { status, headers } = await requestOnce(server.url, '/access/session', { headers: { authorization } })
      return { status, worker: String(headers['x-request-id']).split('-').slice(0, -1).join('-') }
    }

    test('the full flow works, whichever worker answers', async () => {
      const client = new TestClient(server.url)
      await client.register(`Worker-story-${withRedis}`, { remember: true })
      const workers = new Set<string>()
      await waitFor('both workers to answer', async () => {
        const { status, worker } = await ask(client.token)
        equal(status, 200)
        return workers.add(worker).size === 2
      })
      equal((await client.callWithToken('PATCH', '/access/session/data', { body: { theme: 'dark' } })).status, 200)
      deepEqual((await client.callWithCookies('GET', '/access/session/data')).json.data, { theme: 'dark' })
      client.restartBrowser()
      await client.refreshToken()
      const sessions = await client.callWithToken('GET', '/access/sessions')
      ok(sessions.json.some((one: { kind: string; current: boolean }) => one.kind === 'remember_me' && one.current))
      const events = (await client.callWithToken('GET', '/access/audit-events')).json.events
      deepEqual(
        events.slice(0, 2).map(({ action }: { action: string }) => action),
        ['login.remember_me', 'account.register'],
      )
      equal((await client.callWithToken('POST', `/access/logout/${client.userId}`)).status, 200)
      const ended = performance.now()
      let inARow = 0
      while (inARow < 10) {
        inARow = (await ask(client.token)).status === 401 ? inARow + 1 : 0
        ok(performance.now() - ended < 1_000)
      }
    })

    test('an operator’s command takes effect', async () => {
      const client = new TestClient(server.url)
      await client.register(`Worker-command-${withRedis}`)
      for (let round = 0; round < 6; round += 1) equal((await ask(client.token)).status, 200)
      const { code, stderr } = await runCommand(['session', 'revoke', client.sid], { folder: backend.folder, env })
      equal(code, 0, stderr)
      await waitFor('a refusal', async () => (await ask(client.token)).status === 401)
    })

    test('login limits hold exactly', async () => {
      await new TestClient(server.url).register(`Worker-guessed-${withRedis}`)
      const body = JSON.stringify({ username: `Worker-guessed-${withRedis}`, password: 'not-the-password' })
      const guesses = await Promise.all(
        Array.from({ length: 20 }, () => requestOnce(server.url, '/access/login', { method: 'POST', body })),
      )
      equal(guesses.filter(({ text }) => JSON.parse(text).code === 'credentials.invalid').length, 5)
      equal(guesses.filter(({ text }) => JSON.parse(text).code === 'rate.limited').length, 15)
    })
  })
}

test('A database server that is down or of the wrong kind stops the start within five seconds, in one line', async () => {
  const unusedPort = await freePort()
  const database = backend.env.DATABASE_URL ?? ''
  const wrong: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [
      { ...backend.env, REDIS_URL: '', DATABASE_URL: `postgres://a:hush@127.0.0.1:${unusedPort}/x` },
      /^latchkey: DATABASE_URL: The database x on 127\.0\.0\.1 cannot be reached: connection refused\.$/,
    ],
    [
      { ...backend.env, REDIS_URL: '', DATABASE_URL: database.replace(/[^/]*$/, 'missing') },
      /^latchkey: DATABASE_URL: The database missing on 127\.0\.0\.1 does not exist/,
    ],
    [{ DATABASE_URL: 'postgres://' }, /^latchkey: DATABASE_URL is "postgres:\/\/"; accepted: /],
    [
      { ...backend.env, REDIS_URL: `redis://:hush@127.0.0.1:${unusedPort}` },
      /^latchkey: REDIS_URL: Redis at 127\.0\.0\.1:\d+ cannot be reached: connection refused\.$/,
    ],
    [
      { ...backend.env, REDIS_URL: `${backend.env.REDIS_URL}`.replace('redis:', 'redis+cluster:') },
      /^latchkey: REDIS_URL: Redis at \S+ is not a cluster: use redis:\/\//,
    ],
    [{ ...backend.env, REDIS_URL: 'redis://192.0.2.1:6379' }, /^latchkey: REDIS_URL: Redis at 192\.0\.2\.1:6379 /],
    [{ ...backend.env, REDIS_URL: 'http://x' }, /^latchkey: REDIS_URL is "http:\/\/x"; accepted: /],
    [{ DATABASE_URL: database, LATCHKEY_PUBLIC_URL: 'https://login.example.com' }, /^latchkey: LATCHKEY_SECRET is not set; /],
  ]
  for (const [env, message] of wrong) {
    const began = performance.now()
    const child = spawn(process.execPath, [MAIN, 'serve'], {
      cwd: backend.folder,
      env: cleanEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk
    })
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk
    })
    await once(child, 'close')
    ok(performance.now() - began < 5_000, `${output} after ${performance.now() - began} ms`)
    ok(child.exitCode !== 0)
    match(output.trimEnd(), message)
    ok(!output.includes('hush'))
  }
})

test('While PostgreSQL is down, sessions and tokens are checked and renewed; other requests get 503, and work again afterwards', async () => {
  await using server = await startServer({ folder: backend.folder, env: backend.env })
  const client = new TestClient(server.url)
  await client.register('Without-postgres')
  const cold = new TestClient(server.url)
  await cold.login('Without-postgres')
  await backend.postgres?.kill()
  try {
    equal((await client.callWithToken('GET', '/access/session')).status, 200)
    equal((await cold.callWithCookies('GET', '/access/session')).status, 200)
    equal((await client.callWithCookies('POST', '/access/token')).status, 200)
    equal((await client.callWithToken('PATCH', '/access/session/data', { body: { a: 1 } })).status, 200)
    equal((await client.callWithCookies('GET', '/.well-known/jwks.json')).status, 200)
    equal((await client.callWithCookies('GET', '/livez')).status, 200)
    const needingPostgres: readonly (readonly [string, string, unknown])[] = [
      ['POST', '/access/login', { username: 'Without-postgres', password: PASSWORD }],
      ['GET', '/access/audit-events', undefined],
      ['POST', `/access/logout/${client.userId}`, undefined],
      ['GET', '/readyz', undefined],
    ]
    for (const [method, path, body] of needingPostgres) {
      const reply = await client.callWithToken(method, path, body === undefined ? {} : { body })
      equal(reply.status, 503, path)
      if (path !== '/readyz') equal(reply.json.code, 'store.unavailable', path)
    }
    // The logout was not confirmed, so the session is still valid.
    equal((await client.callWithToken('GET', '/access/session')).status, 200)
  } finally {
    await backend.postgres?.start()
  }
  await waitFor('PostgreSQL to be used again', async () => (await client.callWithToken('GET', '/access/audit-events')).status === 200)
  equal((await client.callWithToken('POST', `/access/logout/${client.userId}`)).status, 200)
  equal((await client.callWithToken('GET', '/access/session')).status, 401)
})

test('While Redis is down, the credential cache answers for at most a second, and then requests get 503', async () => {
  await using server = await startServer({ folder: backend.folder, env: backend.env })
  const client = new TestClient(server.url)
  await client.register('Without-redis')
  await client.callWithToken('GET', '/access/session')
  await backend.redis?.kill()
  try {
    await pause(1_100)
    for (const path of ['/access/session', '/access/session/data', '/access/sessions']) {
      const reply = await client.callWithToken('GET', path)
      deepEqual([reply.status, reply.json.code], [503, 'store.unavailable'], path)
    }
    equal((await client.callWithCookies('POST', '/access/login', { body: { username: 'Without-redis', password: PASSWORD } })).status, 503)
    equal((await client.callWithCookies('GET', '/.well-known/jwks.json')).status, 200)
    equal((await client.callWithCookies('GET', '/livez')).status, 200)
    const ready = await client.callWithCookies('GET', '/readyz')
    deepEqual([ready.status, ready.json.status], [503, 'failing'])
  } finally {
    await backend.redis?.start()
  }
  await waitFor('Redis to be used again', async () => (await client.callWithToken('GET', '/access/session')).status === 200)
  equal((await client.callWithCookies('GET', '/access/session')).status, 200)
})
