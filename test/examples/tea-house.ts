// The tests of the shop over HTTP, for every framework that it is built with.

import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { globSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { PASSWORD, request, TestClient } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'
import type { Example, RunningExample } from './framework.ts'

export interface TeaHouse {
  readonly example: Example
  readonly running: RunningExample
  /** The folder of what browsers load, within the example. */
  readonly assets: string
  /** Other requests for the guarded page: what the framework's router fetches. */
  readonly alsoAt: readonly { readonly path: string; readonly headers?: Readonly<Record<string, string>> }[]
}

const ORDER = { body: { item: 'tea' } }

/** A new user, just registered. */
export async function registerVisitor({ example }: TeaHouse, username: string): Promise<TestClient> {
  const visitor = new TestClient(example.url)
  await visitor.register(username)
  return visitor
}

/** The state that a request could have changed: the session's data and the number of audit events. */
export async function stateOf(visitor: TestClient): Promise<unknown> {
  const data = await visitor.callWithCookies('GET', '/access/session/data')
  const record = await visitor.callWithCookies('GET', '/access/audit-events')
  return [data.json, record.json.events.length]
}

function builtAsset(path: string): string {
  return readFileSync(new URL(`../../dist${path.replace('/access', '')}`, import.meta.url), 'utf8')
}

/** Tests for every framework. @param house available after `before` */
export function teaHouseTests(house: () => TeaHouse): void {
  test('redirects signed-out users to the sign-in page and back, without page content', async () => {
    const { url } = house().example
    const answer = await request(url, 'GET', '/orders?from=home')
    equal(answer.status, 303)
    const target = new URL(answer.headers.get('location') ?? '', url)
    equal(target.origin, url)
    equal(target.pathname + target.search, '/sign-in?return=%2Forders%3Ffrom%3Dhome')
    doesNotMatch(answer.text, /Orders of/)
    match(await (await fetch(target)).text(), /data-return="\/orders\?from=home"/)
  })

  test('refuses a forged cookie', async () => {
    const visitor = await registerVisitor(house(), 'Forged')
    const session = visitor.cookie('session')
    const middle = Math.floor(session.length * 0.7)
    const other = session[middle] === 'A' ? 'B' : 'A'
    const forged = visitor.cookieHeader.replace(session, session.slice(0, middle) + other + session.slice(middle + 1))
    equal((await request(house().example.url, 'GET', '/orders', { headers: { cookie: forged } })).status, 303)
    equal((await visitor.callWithCookies('GET', '/orders')).status, 200)
  })

  test("serves Latchkey's pages, their assets and the API", async () => {
    const { url } = house().example
    for (const path of ['/sign-in', '/register', '/signed-out', '/docs/errors']) {
      const page = await request(url, 'GET', path)
      equal(page.status, 200, path)
      match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/)
      const assets = [...page.text.matchAll(/"(\/access\/assets\/[^"]+)"/g)].map(([, asset = '']) => asset)
      equal(assets.length, 2, path)
      for (const asset of assets) equal((await request(url, 'GET', asset)).text, builtAsset(asset), asset)
    }
    equal((await request(url, 'GET', '/account')).headers.get('location')?.startsWith('/sign-in?'), true)
    ok((await request(url, 'GET', '/.well-known/jwks.json')).json.keys.length > 0)
    equal((await request(url, 'GET', '/access/nothing')).json.code, 'resource.not_found')
    equal((await request(url, 'HEAD', '/sign-in')).status, 200)
  })

  test('shows the user of the cookie on the guarded page, which no cache may store', async () => {
    const visitor = await registerVisitor(house(), 'Shown')
    for (const { path, headers = {} } of [{ path: '/orders' }, ...house().alsoAt]) {
      const page = await visitor.callWithCookies('GET', path, { headers })
      equal(page.status, 200, path)
      match(page.text, /Shown/, path)
      match(page.headers.get('cache-control') ?? '', /private.*no-store/, path)
    }
  })

  test('changes nothing with a cookie alone; with the token it does, and records an audit event', async () => {
    const visitor = await registerVisitor(house(), 'Thirsty')
    const before = await stateOf(visitor)
    const refused = await visitor.callWithCookies('POST', '/api/orders', ORDER)
    equal(refused.status, 403)
    equal(refused.json.code, 'csrf.header_required')
    deepEqual(await stateOf(visitor), before)

    equal((await request(house().example.url, 'POST', '/api/orders', ORDER)).status, 401)
    equal((await visitor.callWithToken('POST', '/api/orders', { body: { item: 'gin' } })).status, 422)
    deepEqual(await stateOf(visitor), before)

    const accepted = await visitor.callWithToken('POST', '/api/orders', ORDER)
    equal(accepted.status, 201)
    deepEqual(accepted.json, { lastOrder: 'tea' })
    deepEqual((await visitor.callWithCookies('GET', '/access/session/data')).json.data, { lastOrder: 'tea' })
    const { events } = (await visitor.callWithCookies('GET', '/access/audit-events')).json
    deepEqual([events[0].action, events[0].detail], ['order.placed', { item: 'tea' }])
    match((await visitor.callWithCookies('GET', '/orders')).text, /<output>tea<\/output>/)
  })

  test('never shows the page of another user', async () => {
    const names = ['Xanthippe', 'Yolanda', 'Zenobia']
    const visitors = await Promise.all(names.map((name) => registerVisitor(house(), name)))
    const ways = [{ path: '/orders', headers: {} }, ...house().alsoAt]
    const requests = Array.from({ length: 60 }, async (_, turn) => {
      const { path, headers = {} } = ways[turn % ways.length] ?? { path: '/orders' }
      const visitor = turn % 4 === 3 ? undefined : visitors[turn % 4]
      const cookie = visitor === undefined ? {} : { cookie: visitor.cookieHeader }
      const { text } = await request(house().example.url, 'GET', path, { headers: { ...headers, ...cookie } })
      deepEqual(
        names.filter((name) => text.includes(name)),
        visitor === undefined ? [] : [visitor.username],
        path,
      )
    })
    await Promise.all(requests)
  })

  test('a sign-out applies at once: to page, route and token', async () => {
    const visitor = await registerVisitor(house(), 'Leaving')
    const copy = visitor.cookieHeader
    equal((await visitor.callWithCookies('GET', '/orders')).status, 200)
    equal((await visitor.callWithToken('POST', '/api/orders', ORDER)).status, 201)
    equal((await visitor.call('POST', `/access/logout/${visitor.userId}`, { body: {} })).status, 200)
    for (const { path, headers = {} } of [{ path: '/orders' }, ...house().alsoAt]) {
      doesNotMatch((await request(house().example.url, 'GET', path, { headers: { ...headers, cookie: copy } })).text, /Leaving/, path)
    }
    equal((await visitor.callWithToken('POST', '/api/orders', ORDER)).status, 401)
  })

  test('browser assets contain no secret and no server code', async () => {
    const { example, assets } = house()
    const visitor = await registerVisitor(house(), 'Careful')
    const secret = readFileSync(join(example.folder, 'app.db.secret'), 'utf8').trim()
    ok(secret.length > 20)
    const files = globSync('**/*.{js,css,html,json,txt}', { cwd: join(example.folder, assets) })
    ok(files.length > 5)
    const loaded = files.map((file) => readFileSync(join(example.folder, assets, file), 'utf8'))
    const pages = await Promise.all(
      ['/', '/orders', '/sign-in', ...house().alsoAt.map(({ path }) => path)].map((path) => visitor.callWithCookies('GET', path)),
    )
    const forbidden = [secret, visitor.token, visitor.cookie('session'), PASSWORD, example.folder, 'node:sqlite', 'createLatchkey']
    for (const text of [...loaded, ...pages.map((page) => page.text)]) {
      for (const word of forbidden) ok(!text.includes(word), word)
    }
  })

  test('opens the database once for all parts of the application', { skip: NO_PROC }, () => {
    equal(timesOpen(join(house().example.folder, 'app.db')), 1)
  })
}

export const NO_PROC = process.platform !== 'linux' && 'looks into /proc'

/** How often a file is open, in all processes together. */
export function timesOpen(path: string): number {
  const links = globSync('/proc/[0-9]*/fd/*').map((descriptor) => {
    try {
      return readlinkSync(descriptor)
    } catch {
      return ''
    }
  })
  return links.filter((link) => link === path).length
}

/**
 * Changes the module that opens Latchkey: the reloaded module must reuse the open instance.
 *
 * @param running a server that watches its sources
 */
export async function reloadTest(example: Example, running: RunningExample, file: string): Promise<void> {
  const visitor = new TestClient(example.url)
  await visitor.register('Developer')
  match((await visitor.callWithCookies('GET', '/orders')).text, /Developer/)
  const path = join(example.folder, file)
  writeFileSync(path, `${readFileSync(path, 'utf8')}\nconsole.log('reloaded')\n`)
  await waitFor('the module to be reloaded', async () => {
    await visitor.callWithToken('POST', '/api/orders', ORDER)
    return running.output().includes('reloaded')
  })
  equal((await visitor.callWithToken('POST', '/api/orders', ORDER)).status, 201)
  match((await visitor.callWithCookies('GET', '/orders')).text, /Developer/)
  equal(timesOpen(join(example.folder, 'app.db')), 1)
}
