// examples/next, built for production: pages, routes, server actions and caches.

import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openChromium } from '../support/chromium.ts'
import { request } from '../support/test-client.ts'
import { runBrowserFlow } from './browser-flow.ts'
import { type Example, installExample, type RunningExample, runIn, startIn } from './framework.ts'
import { NO_PROC, registerVisitor, reloadTest, stateOf, type TeaHouse, teaHouseTests } from './tea-house.ts'

const NEXT = join('node_modules', 'next', 'dist', 'bin', 'next')
const START = [NEXT, 'start', '--hostname', '127.0.0.1']
const BEHIND_ONE_PROXY = { PROXIES_IN_FRONT: '1' }

let example: Example
let running: RunningExample
let house: TeaHouse
before(async () => {
  example = await installExample('next')
  // A page that the proxy does not cover.
  await mkdir(join(example.folder, 'app', 'forgotten'))
  await writeFile(join(example.folder, 'app', 'forgotten', 'page.tsx'), "export { default, instant } from '../orders/page'\n")
  await runIn(example, process.execPath, [NEXT, 'build'])
  running = await startIn(example, START, BEHIND_ONE_PROXY)
  const rsc = { rsc: '1' }
  house = { example, running, assets: '.next/static', alsoAt: [{ path: '/orders?_rsc', headers: rsc }, { path: '/forgotten' }] }
})
after(async () => {
  await running?.[Symbol.asyncDispose]()
  await example?.[Symbol.asyncDispose]()
})

teaHouseTests(() => house)

test('a page that no proxy covers is still protected', async () => {
  const answer = await request(example.url, 'GET', '/forgotten')
  match(answer.text, /NEXT_REDIRECT;replace;\/sign-in\?return=%2Forders;/)
  doesNotMatch(answer.text, /Orders of/)
})

test('no header of the framework bypasses the guard', async () => {
  const tricks = [
    { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' },
    { 'next-router-prefetch': '1', rsc: '1' },
    { 'next-router-prefetch': '2', rsc: '1' },
    { 'next-router-segment-prefetch': '/_tree', rsc: '1' },
    { 'x-nextjs-data': '1' },
  ]
  await registerVisitor(house, 'Hidden')
  for (const headers of tricks) {
    for (const path of ['/orders', '/orders?_rsc', '/forgotten', '/forgotten?_rsc']) {
      doesNotMatch((await request(example.url, 'GET', path, { headers })).text, /Orders of/)
    }
  }
})

test('the audit log has the client address from the proxy, not from the client', async () => {
  const headers = { 'x-forwarded-for': '203.0.113.66, 192.0.2.7' }
  const placed = async (name: string) => {
    const visitor = await registerVisitor(house, name)
    equal((await visitor.callWithToken('POST', '/api/orders', { headers, body: { item: 'tea' } })).status, 201)
    const { events } = (await visitor.callWithCookies('GET', '/access/audit-events')).json
    return events[0].ip
  }
  equal(await placed('Behind'), '192.0.2.7')
  await running[Symbol.asyncDispose]()
  running = await startIn(example, START)
  equal(await placed('Direct'), '')
})

test('in Chromium: sign-in, a route, a server action, sign-out', async () => {
  const browser = await openChromium()
  try {
    const actions: { readonly headers: Record<string, string>; readonly body: string }[] = []
    browser.on('request', (sent) => {
      const headers = sent.headers()
      if (headers['next-action'] !== undefined) actions.push({ headers, body: sent.postData() ?? '' })
    })
    await runBrowserFlow(browser, example.url, 'Lin')

    // The same call with cookies alone, as another site would cause it.
    const visitor = await registerVisitor(house, 'Alone')
    const state = await stateOf(visitor)
    const [{ headers, body } = { headers: {}, body: '' }] = actions
    match(body, /^\["Bearer [^"]+","dark"\]$/)
    for (const argument of ['"$undefined"', '"Bearer a.b.c"', '{}']) {
      const answer = await fetch(`${example.url}/orders`, {
        method: 'POST',
        headers: {
          'next-action': headers['next-action'] ?? '',
          'content-type': headers['content-type'] ?? '',
          accept: 'text/x-component',
          origin: example.url,
          cookie: visitor.cookieHeader,
        },
        body: body.replace(/"Bearer [^"]+"/, argument),
      })
      equal(answer.status, 200)
      match(await answer.text(), /"problem":"(A cookie alone can only read|The credential in the Authorization header is not valid)/)
    }
    deepEqual(await stateOf(visitor), state)
  } finally {
    await browser.close()
  }
})

test('a hot reload opens no second Latchkey', { skip: NO_PROC }, async () => {
  await running[Symbol.asyncDispose]()
  running = await startIn(example, [NEXT, 'dev', '--hostname', '127.0.0.1'])
  await reloadTest(example, running, 'lib/latchkey.ts')
})
