// Express: sign-in, a guarded page, a route for one role, and a change that needs a token.

import express from 'express'
import { createLatchkey } from 'latchkey'
import { createExpressAdapter } from 'latchkey/express'

const port = Number(process.env.PORT ?? 3000)
const latchkey = await createLatchkey({
  publicUrl: process.env.LATCHKEY_PUBLIC_URL ?? `http://localhost:${port}`,
  databaseUrl: process.env.DATABASE_URL ?? 'sqlite:app.db',
})
const { middleware, guard } = createExpressAdapter(latchkey)

const app = express()
// At the root, before body parsers.
app.use(middleware())
app.use(express.json())

const page = new URL('../page/', import.meta.url).pathname
app.get('/', guard({ page: true }), (_request, response) => response.sendFile('orders.html', { root: page }))
app.use(express.static(page, { index: false }))

app.get(
  '/me',
  guard(async ({ auth }, response) => {
    const [{ username }, { data }] = await Promise.all([auth.session(), auth.data.read()])
    response.json({ username, orders: data.orders ?? 0 })
  }),
)

app.post(
  '/orders',
  guard(async ({ auth }, response) => {
    const { data, version } = await auth.data.read()
    const orders = Number(data.orders ?? 0) + 1
    // With the version, a concurrent order is refused instead of lost.
    await auth.data.patch({ orders }, version)
    await auth.record('order.placed', { number: orders })
    response.status(201).json({ number: orders })
  }),
)

app.get('/reports', guard({ role: 'editor' }), (_request, response) => response.json({ reports: [] }))

app.listen(port, '127.0.0.1', () => console.log(`http://localhost:${port}`))
