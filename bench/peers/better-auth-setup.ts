// Better Auth with e-mail and password on SQLite, as its installation page shows it.

import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node'
import { listenOnFreePort } from '../listen.ts'
import { signInCookies } from '../sign-in-cookies.ts'
import type { Subject } from '../subject.ts'
import { uniqueHeader } from '../unique-header.ts'

const PASSWORD = 'a long password for the benchmark'
const EMAIL = 'alice@example.com'

/**
 * Its documentation uses five minutes, after which the server sends a new cookie. The load generator, unlike a browser, would ignore
 * it and measure the database from then on. So the cookie is valid for as long as a benchmark can take.
 */
const CACHED = 60 * 60

/** @param cookieCache whether sessions are cached in a signed cookie */
export async function prepareBetterAuth(cookieCache: boolean): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'))
  const options = {
    database: new DatabaseSync(join(folder, 'auth.db')),
    secret: 'a-secret-for-the-benchmark-alone-0123456789',
    baseURL: 'http://localhost:3000',
    emailAndPassword: { enabled: true },
    // Otherwise its rate limit of three sign-ins in ten seconds would be measured.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    ...(cookieCache ? { session: { cookieCache: { enabled: true, maxAge: CACHED } } } : {}),
  }
  const auth = betterAuth(options)
  const { runMigrations } = await getMigrations(options)
  await runMigrations()
  const answer = toNodeHandler(auth)
  const server = createServer(async (request, response) => {
    if (request.url !== '/me') {
      await answer(request, response)
      return
    }
    // An invalid cookie throws.
    const found = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) }).catch(() => null)
    if (found === null) response.writeHead(401).end()
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ user: found.user.name }))
  })
  const { url, close } = await listenOnFreePort(server)
  const headers = { 'content-type': 'application/json', origin: 'http://localhost:3000' }
  const person = { name: 'Alice', email: EMAIL, password: PASSWORD }
  const cookie = await signInCookies(`${url}/api/auth/sign-up/email`, { method: 'POST', headers, body: JSON.stringify(person) })
  const header = uniqueHeader(cookie)
  return {
    guarded: { method: 'GET', url: `${url}/me`, headers: { cookie }, status: 200 },
    signIn: {
      method: 'POST',
      url: `${url}/api/auth/sign-in/email`,
      headers,
      body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
      status: 200,
    },
    checkSession: () => auth.api.getSession({ headers: new Headers({ cookie: header() }) }),
    async close() {
      await close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
