// Express: a page with jQuery, and the routes that it calls.

import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
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
app.use(middleware())
app.use(express.json())

const page = fileURLToPath(new URL('page/', import.meta.url))
app.get('/', guard({ page: true }), (_request, response) => response.sendFile('notes.html', { root: page }))
app.get('/jquery.js', (_request, response) => response.sendFile(createRequire(import.meta.url).resolve('jquery')))
app.use(express.static(page, { index: false }))

// Notes are session data: they are deleted with the session.
app.get(
  '/notes',
  guard(async ({ auth }, response) => {
    response.json((await auth.data.read()).data.notes ?? [])
  }),
)
app.post(
  '/notes',
  guard(async ({ auth, body }, response) => {
    const text = typeof body?.text === 'string' ? body.text.trim().slice(0, 200) : ''
    if (text === '') return void response.status(422).json({ title: 'Enter a note.' })
    const { data, version } = await auth.data.read()
    const notes = [...(Array.isArray(data.notes) ? data.notes : []), text].slice(-20)
    await auth.data.patch({ notes }, version)
    response.status(201).json(notes)
  }),
)

app.listen(port, '127.0.0.1', () => console.log(`http://localhost:${port}`))
