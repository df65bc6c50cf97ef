// PostgreSQL behind a real PgBouncer: with session pooling everything works; with transaction or statement pooling the start is
// refused, also beside other clients, and the server is not ready while statements fail.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { openStore } from '../../src/open-store.ts'
import { openPostgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { makeSession, makeUser } from '../../src/testing/index.ts'
import { type RunningPgBouncer, startPgBouncer } from '../support/pgbouncer.ts'
import { type RunningPostgres, startPostgres } from '../support/postgres.ts'
import { runCommand, startServer, temporaryFolder } from '../support/server.ts'
import { TestClient } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'

let postgres: RunningPostgres
let folder = ''
before(async () => {
  postgres = await startPostgres()
  folder = await temporaryFolder()
})
after(() => postgres[Symbol.asyncDispose]())

const SECRET = { LATCHKEY_SECRET: 'a-secret-that-all-servers-share-00000000' }
const REFUSAL =
  /^latchkey: DATABASE_URL: The database latchkey_\d+ on 127\.0\.0\.1 is behind a pooler, such as PgBouncer, [^\n]*: connect to PostgreSQL directly, or set pool_mode=session\.\n$/

async function assertRefused(url: string): Promise<void> {
  for (const command of ['serve', 'migrate']) {
    const { code, stdout, stderr } = await runCommand([command], { folder, env: { ...SECRET, DATABASE_URL: url } })
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, REFUSAL)
  }
}

/** Other clients that keep the pooler busy. */
async function busyThrough(url: string, count: number): Promise<AsyncDisposable> {
  let isStopped = false
  const working = Array.from({ length: count }, async () => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    while (!isStopped) await client.query('SELECT pg_sleep(0.001)')
    await client.end()
  })
  return {
    async [Symbol.asyncDispose]() {
      isStopped = true
      await Promise.all(working)
    },
  }
}

for (const mode of ['transaction', 'statement']) {
  for (const round of [0, 1]) {
    test(`pool_mode=${mode} with server_round_robin=${round} is refused in one line, without other clients and every time.`, async () => {
      await using pgbouncer = await startPgBouncer(postgres, `pool_mode = ${mode}`, `server_round_robin = ${round}`)
      const url = pgbouncer.poolerUrl(await postgres.createDatabase())
      await assertRefused(url)
      await assertRefused(url)
    })
  }
}

test('pool_mode=transaction is refused with a pool of one connection, and with a large pool that other clients use.', async () => {
  await using single = await startPgBouncer(postgres, 'pool_mode = transaction', 'default_pool_size = 1')
  await assert.rejects(openPostgresStore({ url: single.poolerUrl(await postgres.createDatabase()) }), /set pool_mode=session/)
  for (const round of [0, 1]) {
    await using many = await startPgBouncer(postgres, 'pool_mode = transaction', 'default_pool_size = 30', `server_round_robin = ${round}`)
    const url = many.poolerUrl(await postgres.createDatabase())
    await using _others = await busyThrough(url, 12)
    for (let start = 0; start < 5; start += 1) await assert.rejects(openPostgresStore({ url }), /set pool_mode=session/)
  }
})

test('pool_mode=transaction for this database only is refused as well, also when the tables exist.', async () => {
  const direct = await postgres.createDatabase()
  await (await openPostgresStore({ url: direct })).close()
  await using pgbouncer = await startPgBouncer(
    postgres,
    'pool_mode = session',
    '[databases]',
    `* = host=127.0.0.1 port=${postgres.port} pool_mode=transaction`,
  )
  await assertRefused(pgbouncer.poolerUrl(direct))
})

test('With pool_mode=session, two servers share a database, receive each other’s revocations, and stay ready.', async () => {
  await using pgbouncer = await startPgBouncer(postgres, 'pool_mode = session', 'default_pool_size = 60')
  const env = { ...SECRET, DATABASE_URL: pgbouncer.poolerUrl(await postgres.createDatabase()) }
  await using first = await startServer({ env })
  await using second = await startServer({ env })
  const ida = new TestClient(first.url)
  await ida.register('Ida')
  const onSecond = ida.forServer(second.url)
  assert.equal((await onSecond.callWithCookies('GET', '/access/session')).status, 200)
  const reply = await ida.callWithToken('POST', `/access/logout/${ida.userId}`)
  assert.ok(reply.status < 300, reply.text)
  await waitFor(
    'the other server to receive the revocation',
    async () => (await onSecond.callWithCookies('GET', '/access/session')).status === 401,
  )
  for (const { url } of [first, second]) assert.equal((await fetch(`${url}/readyz`)).status, 200)
})

test('With pool_mode=session, a connection used by other clients is reset before use.', async () => {
  await using pgbouncer = await startPgBouncer(postgres, 'pool_mode = session', 'server_reset_query =', 'default_pool_size = 40')
  const url = pgbouncer.poolerUrl(await postgres.createDatabase())
  for (let start = 0; start < 3; start += 1) {
    const store = await openPostgresStore({ url })
    const user = makeUser()
    assert.equal((await store.write([{ do: 'insert user', user }])).committed, true)
    await Promise.all(Array.from({ length: 30 }, () => store.users.find(user.id)))
    await store.probe()
    await store.log.subscribe(0).next()
    await store.close()
  }
})

test('A pooler that refuses the parameter options, or has no free connection, is reported.', async () => {
  await using pgbouncer = await startPgBouncer(postgres, 'pool_mode = session')
  const url = pgbouncer.poolerUrl(await postgres.createDatabase())
  await assert.rejects(
    openPostgresStore({ url: `${url}?options=-csearch_path%3Dpublic` }),
    /refuses a parameter of the connection string: remove it \(such as options\), or add it to ignore_startup_parameters\.$/,
  )
  await using few = await startPgBouncer(postgres, 'pool_mode = session', 'default_pool_size = 1', 'query_wait_timeout = 1')
  await assert.rejects(
    openPostgresStore({ url: few.poolerUrl(await postgres.createDatabase()) }),
    /has no free connection: each process needs 11/,
  )
  await using slow = await startPgBouncer(postgres, 'pool_mode = session', 'default_pool_size = 1')
  await assert.rejects(
    openPostgresStore({ url: slow.poolerUrl(await postgres.createDatabase()) }),
    /has no free connection: each process needs 11/,
  )
  await using none = await startPgBouncer(postgres, 'pool_mode = session', 'max_client_conn = 1')
  const only = none.poolerUrl(await postgres.createDatabase())
  const holder = new pg.Client({ connectionString: only })
  await holder.connect()
  await assert.rejects(openPostgresStore({ url: only }), /has no free connection: each process needs 11/)
  await holder.end()
})

async function isReady(url: string): Promise<{ readonly ready: boolean; readonly store: string }> {
  const response = await fetch(`${url}/readyz`)
  const { store } = (await response.json()) as { readonly store: string }
  return { ready: response.status === 200, store }
}

test('When a pooler changes to pool_mode=transaction, the running server is not ready while statements fail.', async () => {
  const settings = ['default_pool_size = 4', 'server_lifetime = 1', 'server_idle_timeout = 1']
  await using pgbouncer: RunningPgBouncer = await startPgBouncer(postgres, 'pool_mode = session', 'default_pool_size = 40')
  const url = pgbouncer.poolerUrl(await postgres.createDatabase())
  const store = await openStore({ databaseUrl: { engine: 'postgres', url }, redisUrl: undefined, tokenLifetime: 300_000 })
  await store.probe()
  await using server = await startServer({ env: { ...SECRET, DATABASE_URL: url } })
  await new TestClient(server.url).register('Ida')
  assert.equal((await isReady(server.url)).ready, true)
  await pgbouncer.reload('pool_mode = transaction', ...settings)
  const reads = async () => {
    const session = makeSession()
    const done = await Promise.allSettled([
      ...Array.from({ length: 20 }, () => store.credentials.find(session.id)),
      ...Array.from({ length: 20 }, (_, index) =>
        fetch(`${server.url}/access/session`, { headers: { authorization: `Bearer lk.${index}` } }),
      ),
    ])
    return done.some(({ status }) => status === 'rejected')
  }
  await waitFor('statements to fail', reads)
  await assert.rejects(store.probe(), /pool_mode=session/)
  await waitFor('the server not to be ready', async () => {
    await new TestClient(server.url).login('Ida').catch(() => undefined)
    return !(await isReady(server.url)).ready
  })
  await store.close()
})
