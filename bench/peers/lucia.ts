// Lucia 3 on SQLite: its better-sqlite3 adapter, with node:sqlite, which has the same calls.

import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { BetterSqlite3Adapter } from '@lucia-auth/adapter-sqlite'
import { Lucia } from 'lucia'
import { listenOnFreePort } from '../listen.ts'
import type { SubjectModule } from '../subject.ts'
import { uniqueHeader } from '../unique-header.ts'

export const subject: SubjectModule = {
  name: 'Lucia 3 (SQLite)',
  packages: ['lucia', '@lucia-auth/adapter-sqlite'],
  async prepare() {
    const database = new DatabaseSync(':memory:')
    database.exec(`
      CREATE TABLE user (id TEXT NOT NULL PRIMARY KEY);
      CREATE TABLE session (id TEXT NOT NULL PRIMARY KEY, expires_at INTEGER NOT NULL, user_id TEXT NOT NULL REFERENCES user(id));
      INSERT INTO user VALUES ('alice');`)
    const adapter = new BetterSqlite3Adapter(database as unknown as ConstructorParameters<typeof BetterSqlite3Adapter>[0], {
      user: 'user',
      session: 'session',
    })
    const lucia = new Lucia(adapter, { sessionCookie: { attributes: { secure: false } } })
    const { id } = await lucia.createSession('alice', {})
    const cookie = lucia.createSessionCookie(id).serialize().split(';', 1)[0] ?? ''
    const header = uniqueHeader(cookie)
    const userOf = async (text: string) => {
      const found = lucia.readSessionCookie(text)
      return found === null ? null : (await lucia.validateSession(found)).user
    }
    const server = createServer(async (request, response) => {
      const user = await userOf(request.headers.cookie ?? '')
      if (user === null) response.writeHead(401).end()
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ user: user.id }))
    })
    const { url, close } = await listenOnFreePort(server)
    return { guarded: { method: 'GET', url: `${url}/me`, headers: { cookie }, status: 200 }, checkSession: () => userOf(header()), close }
  },
}
