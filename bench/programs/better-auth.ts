// Better Auth on node:http, as in the start of its documentation, with its tables migrated.

import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'

const options = {
  database: new DatabaseSync('auth.db'),
  secret: 'a-secret-for-the-benchmark-alone-0123456789',
  baseURL: 'http://localhost:3000',
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
}
const auth = betterAuth(options)
const { runMigrations } = await getMigrations(options)
await runMigrations()
const answer = toNodeHandler(auth)
createServer((request, response) => {
  if (request.url === '/livez') response.end('ok')
  else void answer(request, response)
}).listen(Number(process.env.PORT), '127.0.0.1')
