// Fastify: sign-in, a guarded page, a route for one role, and a change that needs a token.

import { readFile } from 'node:fs/promises'
import fastify from 'fastify'
import { createLatchkey } from 'latchkey'
import { createFastifyAdapter } from 'latchkey/fastify'

const port = Number(process.env.PORT ?? 3000)
const latchkey = await createLatchkey({
  publicUrl: process.env.LATCHKEY_PUBLIC_URL ?? `http://localhost:${port}`,
  databaseUrl: process.env.DATABASE_URL ?? 'sqlite:app.db',
})
const { plugin, guard } = createFastifyAdapter(latchkey)

const app = fastify()
await app.register(plugin)

const page = (name: string) => readFile(new URL(`../page/${name}`, import.meta.url), 'utf8')
app.get('/', { onRequest: guard({ page: true }) }, async (_request, reply) => reply.type('text/html').send(await page('orders.html')))
app.get('/orders.js', async (_request, reply) => reply.type('text/javascript').send(await page('orders.js')))
app.get('/orders.css', async (_request, reply) => reply.type('text/css').send(await page('orders.css')))

app.get(
  '/me',
  guard(async ({ auth }) => {
    const [{ username }, { data }] = await Promise.all([auth.session(), auth.data.read()])
    return { username, orders: data.orders ?? 0 }
  }),
)

app.post(
  '/orders',
  guard(async ({ auth }, reply) => {
    const { data, version } = await auth.data.read()
    const orders = Number(data.orders ?? 0) + 1
    // With the version, a concurrent order is refused instead of lost.
    await auth.data.patch({ orders }, version)
    await auth.record('order.placed', { number: orders })
    return reply.code(201).send({ number: orders })
  }),
)

app.get('/reports', { onRequest: guard({ role: 'editor' }) }, async () => ({ reports: [] }))

await app.listen({ port, host: '127.0.0.1' })
console.log(`http://localhost:${port}`)
