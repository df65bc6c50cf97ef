// The error page for browser navigations, with the same status as the problem document that programs get.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../../src/domain/errors.ts'
import { fetchHandler } from '../../src/http/fetch.ts'
import { createHandler } from '../../src/http/handler.ts'
import { openRoute } from '../../src/http/route.ts'
import { createLatchkey } from '../../src/index.ts'
import { refusalPageWith } from '../../src/pages/refusal-page.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'

const ACCEPT = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'
const NAVIGATION = { accept: ACCEPT, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

const UNKNOWN = [
  '/nothing',
  '/Sign-In',
  '//',
  '//evil.test/',
  '/%zz',
  '/%00',
  '/%3Cscript%3Ealert(1)%3C/script%3E',
  '/..%2f..%2fetc',
  '/sign-in//',
  '/docs/nothing',
  '/access',
  `/${'a'.repeat(8_000)}`,
]

function assertPage({ status, headers, body }: Awaited<ReturnType<InProcess['call']>>, expected: number, lang = 'en'): string {
  equal(status, expected)
  equal(headers['content-type'], 'text/html; charset=utf-8')
  match(headers['content-security-policy'] ?? '', /^default-src 'none'; script-src 'self'; style-src 'self';.*frame-ancestors 'none'/)
  equal(headers['cache-control'], 'no-store')
  equal(headers['x-content-type-options'], 'nosniff')
  for (const name of ['Accept', 'Accept-Language', 'Cookie', 'Sec-Fetch-Mode']) ok(headers.vary?.split(', ').includes(name), headers.vary)
  const page = body ?? ''
  ok(page.startsWith(`<!doctype html>\n<html lang="${lang}">`))
  ok(page.includes(headers['x-request-id'] ?? '?'))
  return page
}

test('a navigation to an unknown path gets a 404 page with links to account and sign-in, and nothing of the path', async () => {
  await using latchkey = await startInProcess()
  for (const path of UNKNOWN) {
    const page = assertPage(await latchkey.call('GET', path, { headers: NAVIGATION }), 404)
    match(page, /<h1>This page does not exist<\/h1>/)
    match(page, /href="\/account\?lang=en"/)
    match(page, /href="\/sign-in\?lang=en"/)
    const words = decodeURIComponent(path.replace('%zz', '').replace('%00', ''))
    for (const part of words.split('/').filter((each) => each.length > 8)) ok(!page.includes(part), path)
    ok(!page.includes('<script>') && !page.includes('etc'), path)
  }
})

test('a program at an unknown path gets a problem document, with Vary for caches', async () => {
  await using latchkey = await startInProcess()
  for (const headers of [
    {},
    { accept: '*/*' },
    { accept: 'application/json' },
    { accept: ACCEPT, 'sec-fetch-mode': 'cors' },
    { accept: 'text/html, */*', 'x-requested-with': 'XMLHttpRequest' },
  ]) {
    const { status, headers: responseHeaders, json } = await latchkey.call('GET', '/nothing', { headers })
    deepEqual([status, json.code, responseHeaders['content-type']], [404, 'resource.not_found', 'application/problem+json'])
    match(responseHeaders.vary ?? '', /\bAccept\b/)
  }
})

test('API paths send a problem document to navigations too', async () => {
  await using latchkey = await startInProcess()
  for (const [method, path, status] of [
    ['GET', '/access/nothing', 404],
    ['GET', '/access/assets/nothing.js', 404],
    ['GET', '/access/session', 401],
    ['GET', '/access/logout/usr_x', 401],
    ['DELETE', '/access/login', 405],
  ] as const) {
    const response = await latchkey.call(method, path, { headers: NAVIGATION })
    deepEqual([response.status, response.headers['content-type']], [status, 'application/problem+json'], path)
  }
})

test('HEAD has the same status and headers without a body', async () => {
  await using latchkey = await startInProcess()
  const { status, headers, body } = await latchkey.call('HEAD', '/nothing', { headers: NAVIGATION })
  deepEqual([status, headers['content-type'], body], [404, 'text/html; charset=utf-8', null])
})

test('the error page follows Accept-Language, Traditional Chinese included, and its language can be switched', async () => {
  await using latchkey = await startInProcess()
  for (const language of ['zh-CN,zh;q=0.9', 'zh-TW', 'zh-Hant-HK, en;q=0.5']) {
    const response = await latchkey.call('GET', '/nothing', { headers: { ...NAVIGATION, 'accept-language': language } })
    const page = assertPage(response, 404, 'zh-CN')
    match(page, /<h1>页面不存在<\/h1>/)
    match(page, /<a href="\?lang=en" lang="en"/)
  }
  assertPage(await latchkey.call('GET', '/nothing?lang=zh-CN', { headers: NAVIGATION }), 404, 'zh-CN')
})

test('a POST to a page is rejected with an error page and the header Allow', async () => {
  await using latchkey = await startInProcess()
  const type = 'application/x-www-form-urlencoded'
  const response = await latchkey.call('POST', '/sign-in', { headers: NAVIGATION, body: 'username=mallory&password=secret', type })
  const page = assertPage(response, 405)
  equal(response.headers.allow, 'GET, HEAD, OPTIONS')
  ok(!page.includes('mallory'))
})

test('a failing page becomes an error page with status and Retry-After, without details of the error', async () => {
  await using latchkey = await startInProcess()
  for (const [fault, code] of [
    [new StoreError('disk full at /var/hidden'), 'store.unavailable'],
    [new TypeError('a hidden mistake'), 'server.busy'],
  ] as const) {
    const route = openRoute({
      method: 'GET',
      path: '/failing',
      auth: 'none',
      summary: 'Fails.',
      responses: { 200: null },
      run: () => Promise.reject(fault),
    })
    const { engine, publicUrl } = latchkey
    const app = {
      engine,
      publicUrl,
      readiness: async () => ({}),
      isStopping: () => false,
      pages: [route],
      errorPage: refusalPageWith('latchkey'),
    }
    const send = (headers: Record<string, string>) => fetchHandler(createHandler(app))(new Request(`${publicUrl}/failing`, { headers }))
    const page = await send(NAVIGATION)
    deepEqual([page.status, page.headers.get('retry-after'), page.headers.get('content-type')], [503, '1', 'text/html; charset=utf-8'])
    const text = await page.text()
    ok(text.includes(`href="/docs/errors?lang=en#${code}"`) && text.includes('<a class="primary" href="">Try again</a>'))
    ok(!text.includes('hidden mistake') && !text.includes('disk full'))
    const problem = await send({ accept: 'application/json' })
    deepEqual([problem.status, ((await problem.json()) as { readonly code: string }).code], [503, code])
  }
})

test('a malformed request for a page is rejected with an error page', async () => {
  await using latchkey = await startInProcess()
  const twice = { ...NAVIGATION, authorization: 'Bearer one, Bearer two' }
  const page = assertPage(await latchkey.call('GET', '/sign-in', { headers: twice }), 400)
  match(page, /could not be read/)
  ok(!page.includes('Bearer'))
})

test('an embedded Latchkey leaves unknown paths to the host', async () => {
  const latchkey = await createLatchkey({ secret: 'a-secret-of-thirty-two-characters-or-more' }, { store: createMemoryStore() })
  try {
    const send = (path: string, method = 'GET') =>
      latchkey.handler(new Request(`http://localhost:3000${path}`, { method, headers: NAVIGATION }))
    equal((await send('/nothing')).headers.get('content-type'), 'application/problem+json')
    const rejected = await send('/sign-in', 'POST')
    deepEqual([rejected.status, rejected.headers.get('content-type')], [405, 'text/html; charset=utf-8'])
    const { api, pages, admin } = latchkey.paths
    for (const path of ['/', '/docs', '/favicon.ico', '/robots.txt', '/sign-in/']) ok(![...api, ...pages, ...admin].includes(path), path)
    ok(pages.includes('/.well-known/change-password') && !api.includes('/.well-known/change-password'))
  } finally {
    await latchkey.close()
  }
})
