// Several guards before one handler with LATCHKEY_DPOP=always: a proof is accepted once for the request, not once for each guard,
// and for no other request.

import { deepEqual, equal } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { createExpressAdapter } from '../../src/adapters/express.ts'
import { migrateExpressSession } from '../../src/adapters/express-session.ts'
import { createFastifyAdapter } from '../../src/adapters/fastify.ts'
import { createHonoAdapter } from '../../src/adapters/hono.ts'
import { createLatchkey, type Latchkey } from '../../src/index.ts'
import { makeDpopKey, makeDpopProof } from '../support/dpop-proofs.ts'
import { request } from '../support/test-client.ts'

const PUBLIC_URL = 'http://localhost:3000'

const HOSTS: Readonly<Record<string, (latchkey: Latchkey) => Promise<RequestListener>>> = {
  Express: async (latchkey) => {
    const { middleware, guard } = createExpressAdapter(latchkey)
    const app = express()
    app.use(middleware())
    app.use('/api', guard())
    app.get('/api/orders', guard({ auth: 'dpop' }), (_request, response) => void response.json({}))
    return app
  },
  'Express behind an old session': async (latchkey) => {
    const { middleware, guard } = createExpressAdapter(latchkey)
    const app = express()
    app.use((incoming, _outgoing, next) => {
      Object.assign(incoming, { session: { id: 'old', cookie: {}, save: (done: () => void) => done() } })
      next()
    })
    app.use(migrateExpressSession(latchkey, { until: new Date(Date.now() + 60_000), userOf: () => 'Alice', forget: () => {} }))
    app.use(middleware())
    app.get('/api/orders', guard({ auth: 'dpop' }), (_request, response) => void response.json({}))
    return app
  },
  Fastify: async (latchkey) => {
    const { plugin, guard } = createFastifyAdapter(latchkey)
    const app = fastify()
    await app.register(plugin)
    app.get('/api/orders', { onRequest: [guard(), guard({ auth: 'dpop' })] }, async () => ({}))
    await app.ready()
    return (incoming, outgoing) => app.routing(incoming, outgoing)
  },
  Hono: async (latchkey) => {
    const { middleware, guard } = createHonoAdapter(latchkey)
    const app = new Hono()
    app.use(middleware())
    app.use('/api/*', guard())
    app.get('/api/orders', guard({ auth: 'dpop' }), (context) => context.json({}))
    return getRequestListener(app.fetch)
  },
}

for (const [name, listener] of Object.entries(HOSTS))
  test(`on ${name}`, async () => {
    const settings = { databaseUrl: 'sqlite::memory:', secret: 'a-secret-of-this-test-alone-0123456789', publicUrl: PUBLIC_URL }
    const latchkey = await createLatchkey({ ...settings, dpop: 'always' })
    const server = createServer(await listener(latchkey)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      const key = makeDpopKey()
      const proofFor = (method: string, path: string, token?: string) =>
        makeDpopProof(key, { method, url: PUBLIC_URL + path, now: Date.now(), ...(token !== undefined && { token }) })
      const body = { username: 'Alice', password: 'blue-tulip-under-7-moons' }
      const headers = { dpop: proofFor('POST', '/access/register') }
      const { token } = (await request(url, 'POST', '/access/register', { headers, body })).json
      const dpop = proofFor('GET', '/api/orders', token)
      const ask = () => request(url, 'GET', '/api/orders', { headers: { authorization: `DPoP ${token}`, dpop } })
      equal((await ask()).status, 200)
      const again = await ask()
      deepEqual([again.status, again.json.code, again.json.reason], [401, 'proof.required', 'replayed'])
    } finally {
      server.closeAllConnections()
      server.close()
      await latchkey.close()
    }
  })
