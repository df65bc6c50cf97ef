// Several guards before one handler, where every use of a token needs a proof: the proof counts once for the request, not once for each guard,
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
import { toExpress } from '../../src/adapters/express.ts'
import { fromExpressSession } from '../../src/adapters/express-session.ts'
import { toFastify } from '../../src/adapters/fastify.ts'
import { toHono } from '../../src/adapters/hono.ts'
import { createLatchkey, type Latchkey } from '../../src/index.ts'
import { makeClientKey, makeProof } from '../support/key-proofs.ts'
import { request } from '../support/visitor.ts'

const PUBLIC_URL = 'http://localhost:3000'

const HOSTS: Readonly<Record<string, (latchkey: Latchkey) => Promise<RequestListener>>> = {
  Express: async (latchkey) => {
    const { routes, guard } = toExpress(latchkey)
    const app = express()
    app.use(routes())
    app.use('/api', guard())
    app.get('/api/orders', guard({ proof: 'key' }), (_request, response) => void response.json({}))
    return app
  },
  'Express behind an old session': async (latchkey) => {
    const { routes, guard } = toExpress(latchkey)
    const app = express()
    app.use((incoming, _outgoing, next) => {
      Object.assign(incoming, { session: { id: 'old', cookie: {}, save: (done: () => void) => done() } })
      next()
    })
    app.use(fromExpressSession(latchkey, { until: new Date(Date.now() + 60_000), userOf: () => 'Alice', forget: () => {} }))
    app.use(routes())
    app.get('/api/orders', guard({ proof: 'key' }), (_request, response) => void response.json({}))
    return app
  },
  Fastify: async (latchkey) => {
    const { plugin, guard } = toFastify(latchkey)
    const app = fastify()
    await app.register(plugin)
    app.get('/api/orders', { onRequest: [guard(), guard({ proof: 'key' })] }, async () => ({}))
    await app.ready()
    return (incoming, outgoing) => app.routing(incoming, outgoing)
  },
  Hono: async (latchkey) => {
    const { routes, guard } = toHono(latchkey)
    const app = new Hono()
    app.use(routes())
    app.use('/api/*', guard())
    app.get('/api/orders', guard({ proof: 'key' }), (context) => context.json({}))
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
      const key = makeClientKey()
      const proofFor = (method: string, path: string, token?: string) =>
        makeProof(key, { method, url: PUBLIC_URL + path, now: Date.now(), ...(token !== undefined && { token }) })
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
