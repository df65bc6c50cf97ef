// The client in a Node script against a real server: no cookie jar, the session credential in a header.

import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import axios from 'axios'
import { type Client, createClient, LatchkeyError } from '../../src/client/index.ts'
import { freePort } from '../support/raw-http.ts'
import { type RunningServer, runCommand, startServer, temporaryFolder } from '../support/server.ts'
import { PASSWORD } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'

let server: RunningServer
before(async () => {
  server = await startServer()
})
after(() => server[Symbol.asyncDispose]())

let clientCount = 0
async function newClient(options = {}): Promise<Client> {
  const client = createClient({ url: server.url, ...options })
  clientCount += 1
  await client.register({ username: `script${clientCount}`, password: PASSWORD })
  return client
}

const codeIs = (code: string) => (error: unknown) => error instanceof LatchkeyError && error.code === code

test('registers, reads, changes data, records an audit event, and signs out', async () => {
  const client = await newClient()
  equal(client.user?.username, `script${clientCount}`)
  deepEqual((await client.session())?.user, client.user)
  deepEqual(await client.data.patch({ theme: 'dark' }), { data: { theme: 'dark' }, version: (await client.data.read()).version })
  equal((await client.auditEvents.record('order.placed', { items: 3 })).action, 'order.placed')
  const { events } = await client.auditEvents.list({ limit: 2 })
  deepEqual(
    events.map(({ action }) => action),
    ['order.placed', 'account.register'],
  )
  equal((await client.sessions.list()).length, 1)
  deepEqual(await client.logout(), { sessions: 1, rememberMe: 0 })
  equal(client.user, null)
  equal(await client.session(), null)
})

test('a rejected sign-in has the code of the server', async () => {
  const client = createClient({ url: server.url })
  await rejects(client.login({ username: 'unknown', password: PASSWORD }), codeIs('credentials.invalid'))
  await rejects(client.register({ username: 'x', password: PASSWORD }), codeIs('username.invalid'))
  await rejects(client.register({ username: 'xylophone', password: 'short' }), codeIs('password.too_short'))
  await rejects(client.data.patch({}), codeIs('session.required'))
})

test('a version conflict is an error, and nothing is overwritten', async () => {
  const client = await newClient()
  const { version } = await client.data.patch({ count: 1 })
  await client.data.patch({ count: 2 })
  await rejects(client.data.patch({ count: 9 }, { ifVersion: version }), codeIs('data.conflict'))
  deepEqual((await client.data.read()).data, { count: 2 })
})

test('a rejected token is renewed once, and the request is repeated with its body', async () => {
  const client = await newClient()
  const { user } = client
  // Tokens issued before a change of roles are rejected.
  await runCommand(['user', 'set-roles', user?.id ?? '', 'editor'], { folder: server.folder })
  await waitFor('the change to arrive', async () => {
    const response = await client.fetch('/access/audit-events', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ action: 'order.placed' }),
    })
    equal(response.status, 201)
    return (await client.session())?.user.roles.includes('editor') ?? false
  })
})

test('a renewed token is used even when it expires earlier than the rejected one', async () => {
  const folder = await temporaryFolder()
  const env = { PORT: String(await freePort()) }
  try {
    const client = await (async () => {
      await using generous = await startServer({ folder, env })
      const created = createClient({ url: generous.url })
      await created.register({ username: 'shortened', password: PASSWORD })
      return created
    })()
    await runCommand(['user', 'set-roles', 'shortened', 'editor'], { folder })
    await using _ = await startServer({ folder, env: { ...env, LATCHKEY_TOKEN_LIFETIME: '60s' } })
    equal((await client.fetch('/access/session')).status, 200)
    deepEqual((await client.session())?.user.roles, ['editor'])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('a request whose token is always rejected is repeated once, and then fails', async () => {
  const sentHeaders: string[] = []
  const rejecting = createServer((request, response) => {
    sentHeaders.push(request.headers.authorization ?? '')
    response.writeHead(401, { 'content-type': 'application/problem+json' }).end('{"code":"token.invalid"}')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => rejecting.once('listening', resolve))
  const origin = `http://127.0.0.1:${(rejecting.address() as AddressInfo).port}`
  try {
    const client = await newClient({ origins: [origin] })
    equal((await client.fetch(`${origin}/orders`)).status, 401)
    equal(sentHeaders.length, 2)
    ok(sentHeaders[0] !== sentHeaders[1] && sentHeaders.every((header) => header.startsWith('Bearer ')))
  } finally {
    rejecting.close()
  }
})

test('a password change keeps this client signed in and revokes the others', async () => {
  const client = await newClient()
  const other = createClient({ url: server.url })
  await other.login({ username: client.user?.username ?? '', password: PASSWORD })
  await client.changePassword(PASSWORD, 'nine-amber-kites-over-sand')
  equal((await client.session())?.user.id, client.user?.id)
  const reasons: string[] = []
  other.on('signed-out', ({ reason }) => reasons.push(reason))
  equal(await other.session(), null)
  deepEqual(reasons, ['revoked'])
  const username = client.user?.username ?? ''
  await client.deleteAccount('nine-amber-kites-over-sand')
  await rejects(other.login({ username, password: PASSWORD }), codeIs('credentials.invalid'))
})

test('a second sign-in of a client revokes the first', async () => {
  const client = await newClient()
  const first = (await client.session())?.session.id
  await client.login({ username: client.user?.username ?? '', password: PASSWORD })
  const ids = (await client.sessions.list()).map(({ id }) => id)
  ok(!ids.includes(first ?? ''))
})

test('the token is sent to Latchkey and to configured origins only', async () => {
  const sentHeaders: (string | undefined)[] = []
  const other = createServer((request, response) => {
    sentHeaders.push(request.headers.authorization)
    response.end('{}')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
  try {
    const unconfigured = await newClient()
    await unconfigured.fetch(`${origin}/orders`)
    equal(await unconfigured.authorization(origin), undefined)
    const configured = await newClient({ origins: [origin] })
    await configured.fetch(`${origin}/orders`)
    await configured.fetch(`${origin}/orders`, { headers: { authorization: 'Basic own' } })
    deepEqual(
      sentHeaders.map((value) => value?.split(' ')[0]),
      [undefined, 'Bearer', 'Basic'],
    )
  } finally {
    other.close()
  }
})

test('passive polling does not extend the session', async () => {
  await using brief = await startServer({ env: { LATCHKEY_SESSION_IDLE_TIMEOUT: '3s' } })
  const client = createClient({ url: brief.url, notice: 1_500 })
  const events: string[] = []
  client.on('signed-out', ({ reason }) => events.push(reason))
  client.on('session-expiring', () => events.push('expiring'))
  await client.register({ username: 'poller', password: PASSWORD })
  await waitFor('the end of the session', async () => {
    await client.fetch('/access/session/data', { passive: true })
    return events.includes('idle')
  })
  deepEqual(events, ['expiring', 'idle'])
  equal(client.user, null)
})

test('axios sends the token, and renews it', async () => {
  const client = await newClient()
  const instance = axios.create({ baseURL: server.url })
  client.axios(instance)
  equal((await instance.get('/access/session')).data.via, 'token')
  equal((await instance.post('/access/audit-events', { action: 'order.placed' })).status, 201)
  await runCommand(['user', 'set-roles', client.user?.id ?? '', 'buyer'], { folder: server.folder })
  await waitFor('the old token to be rejected, and a new one to be sent', async () => {
    const { data, config } = await instance.post('/access/audit-events', { action: 'order.paid' })
    equal(data.action, 'order.paid')
    const { roles } = JSON.parse(Buffer.from(String(config.headers.Authorization).split('.')[1] ?? '', 'base64url').toString())
    return roles.includes('buyer')
  })
  await client.logout()
  await rejects(instance.get('/access/session'), (error: unknown) => axios.isAxiosError(error) && error.response?.status === 401)
})

test('a server that is down, slow, or not Latchkey gives different error codes', async () => {
  const otherServer = createServer((_, response) => response.end('<html>It works</html>')).listen(0, '127.0.0.1')
  const unresponsive = createServer(() => {}).listen(0, '127.0.0.1')
  await Promise.all([otherServer, unresponsive].map((each) => each.listening || new Promise((resolve) => each.once('listening', resolve))))
  const urlOf = (each: typeof otherServer) => `http://127.0.0.1:${(each.address() as AddressInfo).port}`
  const credentials = { username: 'ada', password: PASSWORD }
  try {
    await rejects(createClient({ url: urlOf(otherServer) }).login(credentials), codeIs('response.invalid'))
    await rejects(createClient({ url: urlOf(unresponsive), timeout: 100 }).login(credentials), codeIs('network.timeout'))
    const stoppedUrl = urlOf(otherServer)
    otherServer.close()
    otherServer.closeAllConnections()
    await rejects(createClient({ url: stoppedUrl }).login(credentials), codeIs('network.unreachable'))
  } finally {
    otherServer.close()
    unresponsive.close()
    unresponsive.closeAllConnections()
  }
})

test('invalid options throw an error that names them', () => {
  throws(() => createClient(), /url is missing; accepted/)
  throws(() => createClient({ url: 'localhost:3000' }), /url is not accepted; accepted/)
  throws(() => createClient({ url: `${server.url}/path` }), /url is not accepted; accepted/)
  throws(() => createClient({ url: server.url, delivery: 'both' as 'cookie' }), /delivery is not accepted; accepted/)
})
