// examples/sveltekit, built for production with adapter-node: load functions, form actions and routes.

import { deepEqual, equal, match } from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openChromium } from '../support/chromium.ts'
import { PASSWORD, request, TestClient } from '../support/test-client.ts'
import { runBrowserFlow } from './browser-flow.ts'
import { type Example, installExample, type RunningExample, runIn, startIn } from './framework.ts'
import { NO_PROC, registerVisitor, reloadTest, stateOf, type TeaHouse, teaHouseTests } from './tea-house.ts'

const VITE = join('node_modules', 'vite', 'bin', 'vite.js')
const CHECK = join('node_modules', 'svelte-check', 'bin', 'svelte-check')
const START = ['build']

let example: Example
let running: RunningExample
let house: TeaHouse
before(async () => {
  example = await installExample('sveltekit')
  await runIn(example, process.execPath, [VITE, 'build'])
  running = await startIn(example, START)
  house = { example, running, assets: 'build/client', alsoAt: [{ path: '/orders/__data.json' }] }
})
after(async () => {
  await running?.[Symbol.asyncDispose]()
  await example?.[Symbol.asyncDispose]()
})

teaHouseTests(() => house)

test('its types are correct', async () => {
  match(await runIn(example, process.execPath, [CHECK, '--fail-on-warnings']), /0 errors and 0 warnings/)
})

test('redirects the router to the sign-in page when signed out', async () => {
  const { json } = await request(example.url, 'GET', '/orders/__data.json')
  deepEqual(json, { type: 'redirect', status: 303, location: '/sign-in?return=%2Forders' })
})

test('a form action with a cookie alone changes nothing, from any origin', async () => {
  const visitor = await registerVisitor(house, 'Formal')
  const before = await stateOf(visitor)
  const post = async (origin: string, authorization?: string) => {
    const headers = { origin, cookie: visitor.cookieHeader, accept: 'application/json', ...(authorization && { authorization }) }
    return fetch(`${example.url}/orders?/theme`, { method: 'POST', headers, body: new URLSearchParams({ theme: 'dark' }) })
  }
  const own = await post(example.url)
  equal(own.status, 403)
  equal(((await own.json()) as { readonly error: { readonly code: string } }).error.code, 'csrf.header_required')
  equal((await post('http://elsewhere.test')).status, 403)
  equal((await post('http://elsewhere.test', visitor.token)).status, 403)
  deepEqual(await stateOf(visitor), before)
  equal((await post(example.url, visitor.token)).status, 200)
  deepEqual((await visitor.callWithCookies('GET', '/access/session/data')).json.data, { theme: 'dark' })
})

test('the audit log has the address of the connection, or the one from the proxy', async () => {
  const headers = { 'x-forwarded-for': '203.0.113.66, 192.0.2.7' }
  const placed = async (name: string) => {
    const visitor = new TestClient(example.url)
    visitor.signedIn(
      await visitor.callWithCookies('POST', '/access/register', { headers, body: { username: name, password: PASSWORD } }),
      201,
    )
    equal((await visitor.callWithToken('POST', '/api/orders', { headers, body: { item: 'tea' } })).status, 201)
    const { events } = (await visitor.callWithCookies('GET', '/access/audit-events', { headers })).json
    return events[0].ip
  }
  equal(await placed('Direct'), '127.0.0.1')
  await running[Symbol.asyncDispose]()
  running = await startIn(example, START, { ADDRESS_HEADER: 'x-forwarded-for', XFF_DEPTH: '1' }, headers)
  equal(await placed('Behind'), '192.0.2.7')
  await running[Symbol.asyncDispose]()
  running = await startIn(example, START)
})

test('in Chromium: sign-in, a route, a form action, sign-out', async () => {
  const browser = await openChromium()
  try {
    await runBrowserFlow(browser, example.url, 'Lin')
  } finally {
    await browser.close()
  }
})

test('a hot reload opens no second Latchkey', { skip: NO_PROC }, async () => {
  await running[Symbol.asyncDispose]()
  running = await startIn(example, [VITE, 'dev', '--host', '127.0.0.1', '--port', new URL(example.url).port])
  await reloadTest(example, running, 'src/lib/server/latchkey.ts')
})
