// The same small application in every framework, for the table of scenarios.

import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import express, { type Express } from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { createExpressAdapter } from '../../src/adapters/express.ts'
import { createFastifyAdapter } from '../../src/adapters/fastify.ts'
import { createHonoAdapter } from '../../src/adapters/hono.ts'
import { createNodeAdapter } from '../../src/adapters/node.ts'
import type { Latchkey, RouteOptions } from '../../src/index.ts'

export interface Host {
  readonly url: string
  close(): Promise<unknown>
}

/** GET routes that return `auth`, with their guard options. */
export const GUARDED: Readonly<Record<string, RouteOptions>> = {
  '/me': {},
  '/header': { auth: 'header-only' },
  '/key': { auth: 'dpop' },
  '/fresh': { fresh: '5m' },
  '/usually-fresh': { fresh: true },
  '/admin': { role: 'admin' },
  '/maybe': { optional: true },
  '/page': { page: true },
}

/** The error thrown by the handler of `/throws`; no client may see it. */
export const FAULT = 'the handler broke down'

/** The paths of handlers that ran, to check that refused requests do not reach them. */
export interface Reached {
  readonly paths: string[]
}

type Start = (latchkey: Latchkey, reached: Reached) => Promise<Host>

async function listening(server: Server): Promise<Host> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const startNode: Start = async (latchkey, reached) => {
  const { handler, guard } = createNodeAdapter(latchkey)
  const handlers = new Map<string, (...call: Parameters<RequestListener>) => unknown>()
  const on = (method: string, path: string, handler: (...call: Parameters<RequestListener>) => unknown) =>
    handlers.set(`${method} ${path}`, handler)
  const json = (response: Parameters<RequestListener>[1], value: unknown) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(value ?? null))
  for (const [path, options] of Object.entries(GUARDED))
    on(
      'GET',
      path,
      guard(options, (request, response) => {
        reached.paths.push(path)
        json(response, request.auth ?? null)
      }),
    )
  on('GET', '/open', (request, response) => json(response, { auth: 'auth' in request ? request.auth : null }))
  on(
    'GET',
    '/cached',
    guard((_request, response) => json(response.setHeader('cache-control', 'private, max-age=60'), {})),
  )
  on(
    'GET',
    '/throws',
    guard(async (request, response) => {
      await request.auth.session()
      response.statusCode = 500
      response.end()
    }),
  )
  on(
    'POST',
    '/me',
    guard((request, response) => {
      reached.paths.push('/me')
      json(response, request.auth)
    }),
  )
  on(
    'POST',
    '/data',
    guard(async (request, response) => {
      const patch = JSON.parse(Buffer.concat(await request.toArray()).toString())
      json(response, await request.auth.data.patch(patch))
    }),
  )
  on(
    'POST',
    '/record',
    guard(async (request, response) => {
      const { action } = JSON.parse(Buffer.concat(await request.toArray()).toString())
      await request.auth.record(action, { number: 7 })
      json(response, await request.auth.session())
    }),
  )
  const next = (...[request, response]: Parameters<RequestListener>): unknown => {
    const { pathname } = new URL(request.url ?? '/', 'http://host')
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const handler = handlers.get(`${method} ${pathname}`)
    if (handler) return handler(request, response)
    return response.writeHead(404).end('of the host')
  }
  return listening(createServer(handler(next)))
}

function startExpress(make: () => Express): Start {
  return async (latchkey, reached) => {
    const { middleware, guard } = createExpressAdapter(latchkey)
    const app = make()
    app.use(middleware())
    app.use(express.json())
    for (const [path, options] of Object.entries(GUARDED))
      app.get(path, guard(options), (request, response) => {
        reached.paths.push(path)
        response.json(request.auth ?? null)
      })
    app.get('/open', (request, response) => void response.json({ auth: request.auth ?? null }))
    app.get('/cached', guard(), (_request, response) => void response.set('cache-control', 'private, max-age=60').json({}))
    app.get(
      '/throws',
      guard(() => {
        throw new Error(FAULT)
      }),
    )
    app.post(
      '/me',
      guard((request, response) => {
        reached.paths.push('/me')
        response.json(request.auth)
      }),
    )
    app.post(
      '/data',
      guard(async (request, response) => response.json(await request.auth.data.patch(request.body))),
    )
    app.post(
      '/record',
      guard(async (request, response) => {
        await request.auth.record(request.body.action, { number: 7 })
        response.json(await request.auth.session())
      }),
    )
    app.use((_request, response) => void response.status(404).send('of the host'))
    app.set('env', 'production')
    return listening(createServer(app))
  }
}

const startFastify: Start = async (latchkey, reached) => {
  const { plugin, guard } = createFastifyAdapter(latchkey)
  const app = fastify()
  await app.register(plugin)
  for (const [path, options] of Object.entries(GUARDED))
    app.get(path, { onRequest: guard(options) }, async (request) => {
      reached.paths.push(path)
      return request.auth ?? null
    })
  app.get('/open', async (request) => ({ auth: request.auth ?? null }))
  app.get('/cached', { onRequest: guard() }, async (_request, reply) => reply.header('cache-control', 'private, max-age=60').send({}))
  app.get(
    '/throws',
    guard(() => {
      throw new Error(FAULT)
    }),
  )
  app.post(
    '/me',
    guard((request) => {
      reached.paths.push('/me')
      return request.auth
    }),
  )
  app.post(
    '/data',
    guard(async (request) => request.auth.data.patch(request.body as Record<string, never>)),
  )
  app.post(
    '/record',
    guard(async (request) => {
      await request.auth.record((request.body as { action: string }).action, { number: 7 })
      return request.auth.session()
    }),
  )
  app.setNotFoundHandler(async (_request, reply) => reply.code(404).send('of the host'))
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url,
    close() {
      app.server.closeAllConnections()
      return app.close()
    },
  }
}

const startHono: Start = async (latchkey, reached) => {
  const { middleware, guard } = createHonoAdapter(latchkey)
  const app = new Hono()
  app.use(middleware())
  for (const [path, options] of Object.entries(GUARDED))
    app.get(path, guard(options), (context) => {
      reached.paths.push(path)
      return context.json(context.get('auth') ?? null)
    })
  app.get('/open', (context) => context.json({ auth: (context.get as (name: string) => unknown)('auth') ?? null }))
  app.get('/cached', guard(), (context) => context.json({}, 200, { 'cache-control': 'private, max-age=60' }))
  app.get('/throws', guard(), () => {
    throw new Error(FAULT)
  })
  app.post('/me', guard(), (context) => {
    reached.paths.push('/me')
    return context.json(context.get('auth'))
  })
  app.post('/data', guard(), async (context) => context.json(await context.get('auth').data.patch(await context.req.json())))
  app.post('/record', guard(), async (context) => {
    const auth = context.get('auth')
    await auth.record((await context.req.json()).action, { number: 7 })
    return context.json(await auth.session())
  })
  app.notFound((context) => context.text('of the host', 404))
  const started = Promise.withResolvers<number>()
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => started.resolve(port)) as Server
  const port = await started.promise
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const express4: () => Express = createRequire(import.meta.url)('express4')

export const HOSTS: Readonly<Record<string, Start>> = {
  'node:http': startNode,
  Express: startExpress(express),
  'Express 4': startExpress(express4),
  Fastify: startFastify,
  Hono: startHono,
}
