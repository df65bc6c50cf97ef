// nginx and Caddy, with the configurations that are there to copy, before an application that notes every request which reaches it.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { askOnce, freePort, talk } from '../support/connections.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { until } from '../support/until.ts'
import { request, Visitor } from '../support/visitor.ts'
import { PROXY_NAMES, startProxy } from './proxies.ts'

interface Noted {
  readonly method: string
  readonly target: string
  readonly rawHeaders: readonly string[]
  readonly body: string
}

const HTML = { accept: 'text/html' }

for (const name of PROXY_NAMES)
  describe(name, () => {
    let latchkey: RunningServer
    let application: Server
    let proxy: AsyncDisposable
    let url: string
    const noted: Noted[] = []

    before(async () => {
      application = createServer(async (incoming, response) => {
        const body = (await incoming.setEncoding('utf8').toArray()).join('')
        noted.push({ method: incoming.method ?? '', target: incoming.url ?? '', rawHeaders: incoming.rawHeaders, body })
        const user = incoming.headers['remote-user']
        response.setHeader('cache-control', 'public, max-age=3600').setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ user, code: incoming.headers['remote-user-code'], length: body.length }))
      })
      application.listen(0, '127.0.0.1')
      await once(application, 'listening')
      const port = await freePort()
      url = `http://localhost:${port}`
      latchkey = await startServer({ env: { LATCHKEY_PUBLIC_URL: url, LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' } })
      const ports = { 8080: port, 3000: new URL(latchkey.url).port, 9000: (application.address() as AddressInfo).port }
      proxy = await startProxy(name, ports)
      await until(`${name} to answer`, () =>
        askOnce(url, '/access/session').then(
          ({ status }) => status === 401,
          () => false,
        ),
      )
    })
    after(async () => {
      await proxy[Symbol.asyncDispose]()
      application.close()
      await latchkey[Symbol.asyncDispose]()
    })

    /** What reached the application meanwhile. */
    async function reaching(act: () => Promise<unknown>): Promise<readonly Noted[]> {
      const before = noted.length
      await act()
      return noted.slice(before)
    }

    const valuesOf = ({ rawHeaders }: Noted, pattern: RegExp) =>
      rawHeaders.flatMap((header, index) =>
        index % 2 === 0 && pattern.test(header) ? [`${header.toLowerCase()}: ${rawHeaders[index + 1]}`] : [],
      )

    test('Signed out, a person is sent to sign in and comes back, and a program is told why', async () => {
      const reached = await reaching(async () => {
        const page = await request(url, 'GET', '/orders?page=2&of=3', { headers: HTML })
        equal(page.status, 303)
        const there = new URL(page.headers.get('location') ?? '')
        deepEqual([there.origin, there.pathname], [url, '/sign-in'])
        equal(new URL(there.searchParams.get('return') ?? '', url).href, `${url}/orders?page=2&of=3`)
        equal((await request(url, 'GET', there.pathname + there.search, { headers: HTML })).status, 200)
        const called = await request(url, 'GET', '/orders')
        deepEqual([called.status, called.json.code], [401, 'session.required'])
        equal((await request(url, 'POST', '/orders', { headers: HTML, body: {} })).status, 401)
        equal(called.headers.get('cache-control'), 'no-store')
      })
      deepEqual(reached, [])
    })

    test('Signed in, the application is told who it is, also in other scripts', async () => {
      const visitor = new Visitor(url)
      await visitor.register('Ådá')
      const { json, headers } = await visitor.plainly('GET', '/orders')
      deepEqual([decodeURIComponent(json.user), json.code], ['Ådá', visitor.code])
      equal(headers.get('cache-control'), 'no-store')
      equal((await visitor.byToken('GET', '/orders')).json.code, visitor.code)
      const [last] = noted.slice(-1)
      ok(last)
      deepEqual(valuesOf(last, /^remote-session$/i), [`remote-session: ${visitor.sid}`])
      deepEqual(valuesOf(last, /^authorization$/i), [])
    })

    test('What a client claims about who it is reaches nobody', async () => {
      const visitor = new Visitor(url)
      await visitor.register('Claims')
      const claims = [
        'Remote-User',
        'remote-user',
        'REMOTE_USER',
        'Remote_User',
        'Remote-User-Code',
        'Remote_User_Code',
        'Remote-Session',
        'Remote_Session',
      ]
      const lines = claims.map((claim) => `${claim}: root\r\n`).join('')
      const ask = (credential: string) =>
        talk(
          url,
          `GET /orders HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n${lines}${credential}Remote-User: admin\r\n\r\n`,
        )
      deepEqual(await reaching(async () => match(await ask(''), /^HTTP\/1\.1 401 /)), [])
      const [reached, ...others] = await reaching(async () => match(await ask(`Cookie: ${visitor.cookieHeader}\r\n`), /^HTTP\/1\.1 200 /))
      ok(reached)
      equal(others.length, 0)
      deepEqual(valuesOf(reached, /^remote/i).sort(), [
        `remote-session: ${visitor.sid}`,
        `remote-user-code: ${visitor.code}`,
        'remote-user: Claims',
      ])
    })

    test('A cookie alone reads and changes nothing', async () => {
      const visitor = new Visitor(url)
      await visitor.register('Reader')
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PURGE', 'post']) {
        const reached = await reaching(async () => {
          const answer = await talk(
            url,
            `${method} /orders HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\nCookie: ${visitor.cookieHeader}\r\nContent-Length: 0\r\n\r\n`,
          )
          match(answer, method === 'post' ? /^HTTP\/1\.1 40[0-9]/ : /^HTTP\/1\.1 403 /, method)
          if (method !== 'post') match(answer, /"code":"header\.required"/)
        })
        deepEqual(reached, [], method)
      }
      const disguises = ['X-Original-Method', 'X-Forwarded-Method', 'X-HTTP-Method-Override', 'X-Original-URI', 'X-Forwarded-Uri']
      for (const disguise of disguises) {
        const headers = { [disguise]: disguise.endsWith('Method') || disguise.endsWith('Override') ? 'GET' : '/sign-in' }
        deepEqual(
          await reaching(async () => equal((await visitor.plainly('POST', '/orders', { headers, body: {} })).status, 403, disguise)),
          [],
        )
      }
    })

    test('A change with a token passes whole, whatever its method and its size', async () => {
      const visitor = new Visitor(url)
      await visitor.register('Writer')
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const [reached] = await reaching(async () =>
          equal((await visitor.byToken(method, '/orders', { body: { tea: 'green' } })).status, 200),
        )
        deepEqual([reached?.method, reached?.body], [method, '{"tea":"green"}'])
      }
      const megabyte = 'x'.repeat(1_000_000)
      equal((await visitor.byToken('POST', '/orders', { body: megabyte })).json.length, megabyte.length + 2)
      const chunked = await fetch(`${url}/orders`, {
        method: 'POST',
        headers: { authorization: visitor.token },
        body: new Blob(['chunk ', 'by ', 'chunk']).stream(),
        duplex: 'half',
      } as RequestInit)
      deepEqual([chunked.status, noted.at(-1)?.body], [200, 'chunk by chunk'])
    })

    test('A sign-out is one for the application, at once', async () => {
      const visitor = new Visitor(url)
      await visitor.register('Leaver')
      equal((await visitor.plainly('GET', '/orders')).status, 200)
      const { cookieHeader, token } = visitor
      equal((await visitor.byToken('POST', `/access/logout/${visitor.code}`)).status, 200)
      const reached = await reaching(async () => {
        for (const headers of [{ cookie: cookieHeader }, { authorization: token }])
          equal((await request(url, 'GET', '/orders', { headers })).status, 401)
      })
      deepEqual(reached, [])
    })

    test('Two people through one proxy are each themselves', async () => {
      const people = await Promise.all(
        ['One', 'Two', 'Three'].map(async (username) => {
          const visitor = new Visitor(url)
          await visitor.register(username)
          return visitor
        }),
      )
      const asked = Array.from({ length: 60 }, (_, index) => people[index % people.length] ?? new Visitor(url))
      const answers = await Promise.all(asked.map((visitor) => visitor.plainly('GET', '/orders')))
      deepEqual(
        answers.map(({ status, json }) => [status, json?.code]),
        asked.map(({ code }) => [200, code]),
      )
    })

    test('No spelling of a path goes past the question', async () => {
      const targets = [
        '//orders',
        '/./orders',
        '/sign-in/../orders',
        '/access/../orders',
        '/access/%2e%2e/orders',
        '/access/..%2forders',
        '/access/..;/orders',
        '/sign-in%2f..%2forders',
        '/sign-in/orders',
        '/sign-in;/orders',
        '/SIGN-IN',
        '/accessories',
        '/%61ccess/../orders',
        '/vouch',
        '/livez',
        '/readyz',
        '/metrics',
        '/openapi.json',
        `http://${new URL(url).host}/orders`,
        '/orders#/sign-in',
        '/orders?/sign-in',
        '\\orders',
        '*',
      ]
      for (const target of targets) {
        const reached = await reaching(async () => {
          const answer = await talk(url, `GET ${target} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n\r\n`)
          match(answer, /^HTTP\/1\.1 [34]\d\d /, `${target}: ${answer.slice(0, 100)}`)
        })
        deepEqual(reached, [], target)
      }
    })

    test('Nothing is smuggled in behind a request that may pass', async () => {
      const visitor = new Visitor(url)
      await visitor.register('Smuggler')
      const { host } = new URL(url)
      const hidden = `GET /hidden HTTP/1.1\r\nHost: ${host}\r\nRemote-User: root\r\n\r\n`
      const first = (lines: string) => `POST /orders HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${visitor.token}\r\n${lines}\r\n\r\n`
      const ambiguous = [
        `${first(`Content-Length: ${hidden.length + 5}\r\nTransfer-Encoding: chunked`)}0\r\n\r\n${hidden}`,
        `${first(`Content-Length: 0\r\nContent-Length: ${hidden.length}`)}${hidden}`,
        `${first('Transfer-Encoding : chunked\r\nContent-Length: 0')}0\r\n\r\n${hidden}`,
        `${first('Transfer-Encoding: xchunked\r\nContent-Length: 5')}0\r\n\r\n${hidden}`,
        `${first('Transfer-Encoding: chunked, identity')}0\r\n\r\n${hidden}`,
        `${first('Content-Length: 0\r\nX: a\r\n Remote-User: root')}${hidden}`,
        `${first('Content-Length: 0\r\nX: a\nRemote-User: root')}${hidden}`,
        `${first('Content-Length: 0\r\nX: a\rRemote-User: root')}${hidden}`,
      ]
      const last = `GET /last HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
      for (const bytes of ambiguous) {
        const reached = await reaching(() => talk(url, bytes + last))
        deepEqual(
          reached.flatMap((each) => valuesOf(each, /^remote-user$/i)).filter((value) => value !== 'remote-user: Smuggler'),
          [],
          bytes,
        )
        ok(
          reached.every(({ target }) => target === '/orders'),
          bytes,
        )
      }
    })

    test('An upgrade is asked about like any other request', async () => {
      const upgrade = `GET /socket HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n`
      deepEqual(await reaching(async () => match(await talk(url, upgrade), /^HTTP\/1\.1 401 /)), [])
    })

    test('Without Latchkey nobody gets in', async () => {
      const visitor = new Visitor(url)
      await visitor.register('Waits')
      await latchkey.stop('SIGKILL')
      const reached = await reaching(async () => {
        for (const answer of [await visitor.plainly('GET', '/orders'), await visitor.byToken('POST', '/orders')])
          ok(answer.status >= 500, String(answer.status))
      })
      deepEqual(reached, [])
    })
  })

test('Caddy: whatever answers in the place of Latchkey vouches for nobody', async () => {
  let reached = 0
  const everything = createServer((_incoming, response) => {
    reached += 1
    response.end('Welcome')
  }).listen(0, '127.0.0.1')
  await once(everything, 'listening')
  const port = await freePort()
  const itself = (everything.address() as AddressInfo).port
  await using _proxy = await startProxy('Caddy', { 8080: port, 3000: itself, 9000: itself })
  const ask = () => askOnce(`http://localhost:${port}`, '/orders')
  await until('Caddy to answer', () =>
    ask().then(
      () => true,
      () => false,
    ),
  )
  reached = 0
  // The question arrives, and nothing after it.
  deepEqual([(await ask()).status, reached], [503, 1])
  everything.close()
})
