// Express with express-session and Passport, during a migration: signed-in users stay signed in.

import express from 'express'
import expressSession from 'express-session'
import { createLatchkey } from 'latchkey'
import { createExpressAdapter } from 'latchkey/express'
import { migrateExpressSession } from 'latchkey/express-session'
import passport from 'passport'

const port = Number(process.env.PORT ?? 3000)
const latchkey = await createLatchkey({
  publicUrl: process.env.LATCHKEY_PUBLIC_URL ?? `http://localhost:${port}`,
  databaseUrl: process.env.DATABASE_URL ?? 'sqlite:app.db',
})
const { middleware, guard } = createExpressAdapter(latchkey)

const app = express()
// Unchanged, with the same store and secret: until the date below, old sessions are only read.
app.use(expressSession({ secret: process.env.SESSION_SECRET ?? 'as before', resave: false, saveUninitialized: false }))
app.use(passport.session())
passport.deserializeUser((username: string, done) => done(null, { username }))

app.use(
  migrateExpressSession(latchkey, {
    until: process.env.UNTIL ?? '2027-03-01',
    // The username that `latchkey user import` imported.
    userOf: (request) => (request.user as { username?: string } | undefined)?.username,
    dataOf: (request) => ({ cart: (request.session as { cart?: string }).cart ?? null }),
  }),
)
app.use(middleware())

app.get(
  '/me',
  guard(async ({ auth }, response) => {
    const [{ username }, { data }] = await Promise.all([auth.session(), auth.data.read()])
    response.json({ username, cart: data.cart ?? null })
  }),
)

app.listen(port, '127.0.0.1', () => console.log(`http://localhost:${port}`))
