// Mistakes in how Latchkey is mounted: they stop the start, or refuse requests where they show only later.

import { deepEqual, doesNotThrow, equal, match, rejects, throws } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import express from 'express'
import fastify, { type FastifyPluginCallback } from 'fastify'
import { Hono } from 'hono'
import { createExpressAdapter } from '../../src/adapters/express.ts'
import { migrateExpressSession } from '../../src/adapters/express-session.ts'
import { createFastifyAdapter } from '../../src/adapters/fastify.ts'
import { createHonoAdapter } from '../../src/adapters/hono.ts'
import { createNodeAdapter } from '../../src/adapters/node.ts'
import { createLatchkey, type Latchkey, StoreError } from '../../src/index.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { request, TestClient } from '../support/test-client.ts'

const closing: (() => unknown)[] = []
after(async () => {
  for (const close of closing.reverse()) await close()
})

async function latchkey(hooks: Parameters<typeof createLatchkey>[1] = {}): Promise<Latchkey> {
  const instance = await createLatchkey({ databaseUrl: 'sqlite::memory:', secret: 'a-secret-of-this-test-alone-0123456789' }, hooks)
  closing.push(() => instance.close())
  return instance
}

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const WRONG: readonly (readonly [options: Readonly<Record<string, unknown>>, message: RegExp])[] = [
  [{ rol: 'admin' }, /no option "rol"\. Its options: auth, fresh, role, optional, page/],
  [{ auth: 'cookie' }, /auth is "cookie"\. Accepted: 'header-only' or 'dpop'/],
  [{ auth: 'any' }, /auth is "any"/],
  [{ fresh: 'soon' }, /fresh is "soon"\. Accepted: true, or a duration such as '5m'/],
  [{ fresh: 5 }, /fresh is 5/],
  [{ fresh: '' }, /fresh is ""/],
  [{ role: 'Admin' }, /role is "Admin"\. Accepted: a lower-case letter/],
  [{ role: '' }, /role is ""/],
  [{ role: ['admin'] }, /role is admin/],
  [{ role: null }, /role is null/],
  [{ optional: 'yes' }, /optional is "yes"\. Accepted: true or false/],
  [{ optional: true, role: 'admin' }, /optional admits requests without a user, but role requires one/],
  [{ optional: true, fresh: true }, /optional admits requests without a user, but fresh requires one/],
  [{ optional: true, page: true }, /optional admits requests without a user, but page requires one/],
  [{ constructor: true }, /no option "constructor"/],
]

test('an invalid guard option stops the start, in every adapter', async () => {
  const instance = await latchkey()
  const guards: readonly ((options: never) => unknown)[] = [
    (options) => createNodeAdapter(instance).guard(options, () => {}),
    (options) => createExpressAdapter(instance).guard(options),
    (options) => createFastifyAdapter(instance).guard(options),
    (options) => createHonoAdapter(instance).guard(options),
  ]
  for (const guard of guards)
    for (const [options, message] of WRONG) throws(() => guard(options as never), { name: 'TypeError', message }, JSON.stringify(options))
  throws(() => createNodeAdapter(instance).guard({ role: 'admin' }, undefined as never), /guard needs a handler/)
  await rejects(instance.authenticate(new Request('http://host/'), { rol: 'admin' } as never), /no option "rol"/)
})

test('Latchkey can be mounted only once', async () => {
  const mounts: readonly ((instance: Latchkey) => unknown)[] = [
    (instance) => createNodeAdapter(instance).handler(() => {}),
    (instance) => createExpressAdapter(instance).middleware(),
    (instance) => createHonoAdapter(instance).middleware(),
  ]
  for (const mount of mounts) {
    const instance = await latchkey()
    doesNotThrow(() => mount(instance))
    throws(() => mount(instance), /mounted already: mount it once/)
  }
  const instance = await latchkey()
  const { plugin } = createFastifyAdapter(instance)
  await fastify().register(plugin).ready()
  await rejects(async () => fastify().register(plugin).ready(), /mounted already/)
})

test('an invalid mount option stops the start', async () => {
  const instance = await latchkey()
  throws(() => createExpressAdapter(instance).middleware({ page: false } as never), /no option "page"\. Its options: pages/)
  throws(() => createHonoAdapter(instance).middleware({ pages: 'no' } as never), /pages is no\. Accepted: true or false/)
  throws(() => createHonoAdapter(instance).middleware({ admin: 1 } as never), /admin is 1\. Accepted: true or false/)
  await rejects(
    async () =>
      fastify()
        .register(createFastifyAdapter(instance).plugin, { paths: '/' } as never)
        .ready(),
    /no option "paths"/,
  )
})

test('mounted below the root, Latchkey fails with an explanation', async () => {
  const app = express()
  app.use('/auth', createExpressAdapter(await latchkey()).middleware())
  app.use(((error, _request, response, _next) => response.status(500).send(error.message)) as express.ErrorRequestHandler)
  const url = await serving(app)
  const broken = await request(url, 'GET', '/auth/access/session')
  deepEqual([broken.status, broken.text], [500, 'Latchkey is mounted at /auth: its cookies and pages need it at the root.'])

  const scoped = fastify()
  const { plugin } = createFastifyAdapter(await latchkey())
  const within: FastifyPluginCallback = (scope, _options, done) => {
    void scope.register(plugin)
    done()
  }
  scoped.register(within, { prefix: '/auth' })
  await rejects(async () => scoped.ready(), /registered under \/auth/)
})

test('the pages can be left to the host', async () => {
  const app = new Hono()
  app.use(createHonoAdapter(await latchkey()).middleware({ pages: false })).get('/account', (context) => context.text('of the host'))
  equal(await (await app.request('/account')).text(), 'of the host')
  equal((await app.request('/sign-in')).status, 404)
  equal((await app.request('/access/session')).status, 401)
})

test('the admin console is mounted on request only, and otherwise the path is the host’s', async () => {
  for (const admin of [true, false]) {
    const app = fastify()
    app.register(createFastifyAdapter(await latchkey()).plugin, { admin })
    if (!admin) app.get('/admin', async () => 'of the host')
    const { statusCode, headers, body } = await app.inject('/admin')
    if (admin) deepEqual([statusCode, headers.location], [303, '/sign-in?lang=en&return=%2Fadmin'])
    else equal(body, 'of the host')
    await app.close()
  }
})

test('a body that the host has already read is refused, without waiting', async () => {
  const app = express()
  app.use(express.json(), createExpressAdapter(await latchkey()).middleware())
  const url = await serving(app)
  const refused = await request(url, 'POST', '/access/register', { body: { username: 'Early', password: 'nine-quiet-otters' } })
  deepEqual([refused.status, refused.json.code, refused.json.reason], [400, 'request.malformed', 'body_already_read'])
  equal((await request(url, 'GET', '/access/session')).status, 401)

  const instance = await latchkey()
  const read = new Request('http://localhost:3000/access/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  await read.text()
  const refusedRead = (await (await instance.handler(read)).json()) as { readonly reason: string }
  equal(refusedRead.reason, 'body_already_read')
})

test('a guard after the response has begun never calls the handler', async () => {
  const app = express()
  const { guard } = createExpressAdapter(await latchkey())
  let reached = false
  const errors: string[] = []
  app.get('/', (_request, response, next) => {
    response.write('early')
    next()
  })
  app.get('/', guard({ optional: true }), () => {
    reached = true
  })
  app.use(((error, _request, response, _next) => {
    errors.push(error.message)
    response.end()
  }) as express.ErrorRequestHandler)
  equal((await request(await serving(app), 'GET', '/')).text, 'early')
  equal(reached, false)
  match(errors[0] ?? '', /ran after the response was (sent|created)/)
})

test('the guard overwrites a request.auth set by the host', async () => {
  const app = express()
  app.use((request, _response, next) => {
    request.auth = { userId: 'usr_forged' } as never
    next()
  })
  app.get(
    '/',
    createExpressAdapter(await latchkey()).guard({ optional: true }),
    (request, response) => void response.json(request.auth ?? null),
  )
  equal((await request(await serving(app), 'GET', '/')).text, 'null')
})

test("the host's CORS headers are removed from Latchkey's responses, and its cookies stay", async () => {
  const app = express()
  app.use((_request, response, next) => {
    response.set({ 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'true', 'x-host': 'yes' })
    response.append('set-cookie', 'host=1')
    next()
  })
  app.use(createExpressAdapter(await latchkey()).middleware())
  const url = await serving(app)
  const { headers } = await request(url, 'GET', '/access/session', { headers: { origin: 'https://evil.example' } })
  deepEqual(
    [headers.get('access-control-allow-origin'), headers.get('access-control-allow-credentials'), headers.get('x-host')],
    [null, null, 'yes'],
  )
  deepEqual(headers.getSetCookie(), ['host=1'])
  const client = new TestClient(url)
  await client.register('Beside')
  const signedIn = await client.callWithCookies('POST', '/access/login', {
    body: { username: 'Beside', password: 'blue-tulip-under-7-moons' },
  })
  equal(signedIn.headers.getSetCookie().filter((cookie) => cookie.startsWith('latchkey_session=')).length, 1)
  equal(signedIn.headers.getSetCookie().filter((cookie) => cookie === 'host=1').length, 1)
})

test('while the database is down a credential that is not cached is refused', async () => {
  const store = createMemoryStore()
  const down = async () => {
    throw new StoreError('The database is away')
  }
  const failing = { ...store, credentials: { ...store.credentials, find: down } }
  const client = new TestClient(await serving(createNodeAdapter(await latchkey({ store })).handler(() => {})))
  await client.register('Paula')

  const faults: string[] = []
  const cold = await latchkey({ store: failing, onFault: (what) => faults.push(what) })
  let reached = 0
  const url = await serving(createNodeAdapter(cold).guard({ optional: true }, () => (reached += 1)))
  const refused = await request(url, 'GET', '/', { headers: { cookie: client.cookieHeader } })
  deepEqual([refused.status, refused.json.code, refused.headers.get('retry-after')], [503, 'store.unavailable', '1'])
  deepEqual([reached, faults], [0, ['guard']])
})

test('migrateExpressSession explains invalid options and a missing session', async () => {
  const instance = await latchkey()
  throws(() => migrateExpressSession(instance, { until: 'someday', userOf: () => undefined }), /until is "someday"\. Accepted: a Date/)
  const app = express()
  app.use(migrateExpressSession(instance, { until: new Date(Date.now() + 60_000), userOf: () => 'some-user' }))
  app.use(((error, _request, response, _next) => response.status(500).send(error.message)) as express.ErrorRequestHandler)
  const broken = await request(await serving(app), 'GET', '/')
  deepEqual([broken.status, broken.text], [500, 'There is no express-session to migrate: put migrateExpressSession after express-session.'])
})
