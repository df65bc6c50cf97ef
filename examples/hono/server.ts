// Hono: sign-in, a guarded page, a route for one role, and a change that needs a token.

import { readFile } from 'node:fs/promises'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { createLatchkey } from 'latchkey'
import { createHonoAdapter } from 'latchkey/hono'

const port = Number(process.env.PORT ?? 3000)
const latchkey = await createLatchkey({
  publicUrl: process.env.LATCHKEY_PUBLIC_URL ?? `http://localhost:${port}`,
  databaseUrl: process.env.DATABASE_URL ?? 'sqlite:app.db',
})
const { middleware, guard } = createHonoAdapter(latchkey)

const app = new Hono()
app.use(middleware())

const page = (name: string) => readFile(new URL(`../page/${name}`, import.meta.url), 'utf8')
app.get('/', guard({ page: true }), async (context) => context.html(await page('orders.html')))
app.get('/orders.js', async (context) => context.body(await page('orders.js'), 200, { 'content-type': 'text/javascript' }))
app.get('/orders.css', async (context) => context.body(await page('orders.css'), 200, { 'content-type': 'text/css' }))

app.get('/me', guard(), async (context) => {
  const auth = context.get('auth')
  const [{ username }, { data }] = await Promise.all([auth.session(), auth.data.read()])
  return context.json({ username, orders: data.orders ?? 0 })
})

app.post('/orders', guard(), async (context) => {
  const auth = context.get('auth')
  const { data, version } = await auth.data.read()
  const orders = Number(data.orders ?? 0) + 1
  // With the version, a concurrent order is refused instead of lost.
  await auth.data.patch({ orders }, version)
  await auth.record('order.placed', { number: orders })
  return context.json({ number: orders }, 201)
})

app.get('/reports', guard({ role: 'editor' }), (context) => context.json({ reports: [] }))

serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () => console.log(`http://localhost:${port}`))
