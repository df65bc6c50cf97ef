// The examples with a server of their own, started as a reader starts them.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { runCommand } from '../support/server.ts'
import { PASSWORD, request, TestClient } from '../support/test-client.ts'
import { ROOT, startExample } from './support.ts'

const MAX_LINES = 60
const HTML = { accept: 'text/html' }

for (const name of ['express', 'fastify', 'hono', 'node-http'])
  test(`examples/${name}`, async () => {
    ok(readFileSync(`${ROOT}examples/${name}/server.ts`, 'utf8').split('\n').length <= MAX_LINES)
    await using example = await startExample(name)
    const { url } = example
    const signedOut = await request(url, 'GET', '/', { headers: HTML })
    deepEqual([signedOut.status, signedOut.headers.get('location')], [303, '/sign-in?return=%2F'])
    equal((await request(url, 'GET', '/sign-in', { headers: HTML })).status, 200)
    for (const path of ['/me', '/reports']) equal((await request(url, 'GET', path)).status, 401, path)
    equal((await request(url, 'POST', '/orders')).status, 401)

    const visitor = new TestClient(url)
    await visitor.register('Ada')
    match((await visitor.callWithCookies('GET', '/', { headers: HTML })).text, /<h1>Orders<\/h1>/)
    for (const path of ['/orders.js', '/orders.css', '/access/client.js']) equal((await request(url, 'GET', path)).status, 200, path)
    deepEqual((await visitor.callWithCookies('GET', '/me')).json, { username: 'Ada', orders: 0 })
    deepEqual((await visitor.callWithCookies('POST', '/orders')).json.code, 'csrf.header_required')
    equal((await visitor.callWithCookies('GET', '/reports')).json.code, 'role.required')

    const first = await visitor.callWithToken('POST', '/orders')
    deepEqual([first.status, first.json], [201, { number: 1 }])
    const together = await Promise.all(Array.from({ length: 6 }, () => visitor.callWithToken('POST', '/orders')))
    const accepted = together.filter(({ status }) => status === 201).length
    ok(together.every(({ status }) => status === 201 || status === 412))
    deepEqual((await visitor.callWithCookies('GET', '/me')).json, { username: 'Ada', orders: 1 + accepted })
    const { events } = (await visitor.callWithCookies('GET', '/access/audit-events')).json
    equal(events.filter(({ action }: { action: string }) => action === 'order.placed').length, 1 + accepted)

    await visitor.callWithToken('POST', `/access/logout/${visitor.userId}`)
    for (const headers of [{ authorization: visitor.token }, { cookie: visitor.cookieHeader }])
      equal((await request(url, 'GET', '/me', { headers })).status, 401)
    equal((await visitor.callWithToken('POST', '/orders')).status, 401)
  })

test('examples/express-session: exchanges an old session for a new one, once', async () => {
  await using example = await startExample('express-session', { NODE_OPTIONS: `--import ${ROOT}test/examples/legacy-sessions.ts` })
  const { url, folder } = example
  const env = { DATABASE_URL: `sqlite:${folder}/app.db` }
  await runCommand(['user', 'add', 'Ada'], { folder, env, input: `${PASSWORD}\n` })
  equal((await request(url, 'GET', '/me')).status, 401)
  const signature = createHmac('sha256', 'as before').update('old').digest('base64').replace(/=+$/, '')
  const old = `connect.sid=${encodeURIComponent(`s:old.${signature}`)}`
  const { status, json, headers } = await request(url, 'GET', '/me', { headers: { cookie: old } })
  deepEqual([status, json], [200, { username: 'Ada', cart: 'tea' }])
  const cookie = headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  deepEqual((await request(url, 'GET', '/me', { headers: { cookie: `${old}; ${cookie}` } })).json, { username: 'Ada', cart: 'tea' })
  equal((await request(url, 'GET', '/me', { headers: { cookie: old } })).status, 401)
})
