// Attacks on the proxy examples: forged identities, disguised methods and paths, request smuggling.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { requestOnce, sendBytes } from '../support/raw-http.ts'
import { TestClient } from '../support/test-client.ts'
import { PROXIES, type ProtectedApp, receivedIdentity, startProtectedApp } from './proxies.ts'

const FORGED_HEADERS: readonly (readonly [string, string | readonly string[]])[] = [
  ...['Remote-User', 'remote-user', 'REMOTE-USER', 'Remote_User', 'REMOTE_USER', 'remote_user', 'Remote.User'].map(
    (name) => [name, 'evil'] as const,
  ),
  ...['Remote-User-Id', 'Remote_User_Id', 'Remote-User_Code', 'remote_user-code'].map((name) => [name, 'usr_evil'] as const),
  ...['Remote-Session', 'Remote_Session', 'rEmOtE-sEsSiOn'].map((name) => [name, 'evil'] as const),
  ...['Remote-Groups', 'Remote-Email', 'Remote-Name'].map((name) => [name, 'evil'] as const),
  ['Remote-User', ['evil', 'evil']],
  ['Remote-User-Id', ['', 'usr_evil']],
]

/** Headers that make a server or framework handle another request than the one that was checked. */
const HEADER_SPELLINGS = [
  'X-Original-Method',
  'X-Forwarded-Method',
  'X-Original-URI',
  'X-Original-URL',
  'X-Forwarded-Uri',
  'X-Rewrite-URL',
  'X-HTTP-Method',
  'X-HTTP-Method-Override',
  'X-Method-Override',
  'X_HTTP_Method_Override',
  'X_Forwarded_Method',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
]

const PATHS = [
  '/private',
  '//',
  '//private',
  '/./private',
  '/%2e/private',
  '/%2e%2e/private',
  '/sign-in/../private',
  '/sign-in/../../private',
  '/sign-in/%2e%2e/private',
  '/sign-in%2f..%2fprivate',
  '/sign-in%2F%2E%2E%2Fprivate',
  '/sign-in%5c..%5cprivate',
  '/sign-in\\..\\private',
  '/sign-in;/../private',
  '/sign-in;private',
  '/sign-in%00/private',
  '/sign-in%0a',
  '/sign-in/',
  '/sign-in/private',
  '/access/../private',
  '/access/..;/private',
  '/access/.%2e/private',
  '/access/%252e%252e/private',
  '/access//../../private',
  '/access/assets/../../private',
  '/access',
  '/ACCESS/../private',
  '/.well-known/jwks.json/../../private',
  '/.well-known/../private',
  '/private?/access/',
  '/private#/access/',
  '/private/access/verify',
  '/_latchkey',
  '/_latchkey/../private',
  'http://localhost/private',
  'http://evil.test/private',
  'http://evil.test/access/../private',
  'http://localhost/sign-in@/../private',
  '*',
  'private',
]

for (const name of Object.keys(PROXIES) as (keyof typeof PROXIES)[])
  describe(name, () => {
    let guarded: ProtectedApp
    let url: string
    let mallory: TestClient
    before(async () => {
      guarded = await startProtectedApp(name)
      url = guarded.url
      mallory = new TestClient(url)
      await mallory.register('Mallory')
    })
    after(() => guarded[Symbol.asyncDispose]())

    const untouched = async (why: string) => deepEqual(await guarded.received(), [], why)
    const raw = (head: string, body = '') => sendBytes(url, `${head.replaceAll('\n', '\r\n')}\r\n\r\n${body}`)
    /** All requests that reached the application carry Mallory's identity. */
    async function onlyMallory(why: string): Promise<void> {
      for (const seen of await guarded.received()) {
        deepEqual(
          receivedIdentity(seen),
          { 'remote-session': [mallory.sid], 'remote-user': ['Mallory'], 'remote-user-id': [mallory.userId] },
          `${why}: ${JSON.stringify(seen)}`,
        )
        ok(!seen.target.includes('smuggled'), why)
      }
    }

    test('refuses a forged identity, signed in or not, in any spelling', async () => {
      for (const [header, value] of FORGED_HEADERS) {
        const why = `${header}: ${value}`
        equal((await requestOnce(url, '/me', { headers: { [header]: value } })).status, 401, why)
        await untouched(why)
        for (const credential of [{ cookie: mallory.cookieHeader }, { authorization: mallory.token }]) {
          const { status, text } = await requestOnce(url, '/me', { headers: { ...credential, [header]: value } })
          deepEqual([status, JSON.parse(text).username], [200, 'Mallory'], why)
          await onlyMallory(why)
        }
      }
    })

    test("a Connection header cannot drop the user's headers", async () => {
      for (const named of ['Remote-User', 'Remote-User-Id, Remote-Session', 'X-Forwarded-Method, X-Forwarded-Uri', 'close, Remote-User']) {
        const { status } = await requestOnce(url, '/me', { headers: { cookie: mallory.cookieHeader, connection: named } })
        equal(status, 200, named)
        await onlyMallory(named)
        const post = await requestOnce(url, '/orders', { method: 'POST', headers: { cookie: mallory.cookieHeader, connection: named } })
        equal(post.status, 403, named)
        await untouched(named)
      }
    })

    test('ignores what a client says about its request', async () => {
      for (const header of HEADER_SPELLINGS)
        for (const value of ['GET', '/sign-in', 'GET, GET', 'https']) {
          const why = `${header}: ${value}`
          const post = await requestOnce(url, '/orders', { method: 'POST', headers: { cookie: mallory.cookieHeader, [header]: value } })
          deepEqual([post.status, JSON.parse(post.text).code], [403, 'csrf.header_required'], why)
          await untouched(why)
          const signedOut = await requestOnce(url, '/orders', { headers: { accept: 'text/html', [header]: value } })
          equal(signedOut.status, 303, why)
          const back = new URL(signedOut.headers.location ?? '').searchParams.get('return') ?? ''
          equal(new URL(back, url).href, `${url}/orders`, why)
          await untouched(why)
          equal((await requestOnce(url, '/me', { headers: { cookie: mallory.cookieHeader, [header]: value } })).status, 200, why)
          const [seen] = await guarded.received()
          const kept = seen?.headers.filter(
            ([each, sent]) => each.toLowerCase().replaceAll('_', '-') === normalized(header) && sent === value,
          )
          deepEqual(kept, [], why)
        }
    })

    test('no path bypasses the check', async () => {
      for (const path of PATHS)
        for (const method of ['GET', 'POST']) {
          const why = `${method} ${path}`
          const answer = await raw(`${method} ${path} HTTP/1.1\nHost: localhost\nContent-Length: 0\nConnection: close`)
          match(answer, /^HTTP\/1\.1 (303|400|401|404|405|415|403|200) /, why)
          ok(!answer.includes('# HELP'), why)
          await untouched(why)
          const head = `${method} ${path} HTTP/1.1\nHost: localhost\nCookie: ${mallory.cookieHeader}\nContent-Length: 0\nConnection: close`
          await raw(head)
          const seen = await guarded.received()
          deepEqual(
            seen.map((each) => [each.method, receivedIdentity(each)['remote-user']]),
            seen.map(() => ['GET', ['Mallory']]),
            why,
          )
        }
    })

    test('no other method counts as a safe one', async () => {
      const credential = `Host: localhost\nCookie: ${mallory.cookieHeader}\nContent-Length: 0\nConnection: close`
      for (const method of ['post', 'Post', 'TRACE', 'CONNECT', 'GETX', 'GET_', 'POST\tGET', 'GE T', 'PURGE', 'MKCOL', '\u0000GET']) {
        await raw(`${method} /orders HTTP/1.1\n${credential}`)
        await untouched(method)
      }
    })

    test('a smuggled request does not reach the application', async () => {
      for (const [head, body] of smuggling()) {
        await raw(head, body)
        await untouched(JSON.stringify(head))
      }
    })

    test('a header hidden in another one is not read as an identity', async () => {
      for (const hidden of [
        'X: y\n Remote-User: evil',
        'X: y\n\tRemote-User: evil',
        'Remote-User : evil',
        'Remote-User\t: evil',
        ' Remote-User: evil',
        'Remote-User:evil\n evil',
        'X: y\rRemote-User: evil',
        'X: y\u0000Remote-User: evil',
        'X: %0d%0aRemote-User: evil',
        'Remote-User\u0000: evil',
        'Rémote-User: evil',
        ': Remote-User: evil',
      ]) {
        const why = JSON.stringify(hidden)
        const head = `GET /me HTTP/1.1\nHost: localhost\nConnection: close\n${hidden}`
        await raw(head)
        await untouched(why)
        await raw(`${head}\nAuthorization: ${mallory.token}`)
        await onlyMallory(why)
      }
    })

    test('a protocol upgrade is checked like any request, and refused', async () => {
      const socket = 'Upgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Version: 13'
      const h2c = 'Upgrade: h2c\nConnection: Upgrade, HTTP2-Settings\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA'
      for (const upgrade of [socket, h2c]) {
        const head = `GET /me HTTP/1.1\nHost: localhost\n${upgrade}`
        match(await raw(head, LAST), /^HTTP\/1\.1 401 /)
        await untouched(upgrade)
        match(await raw(`${head}\nCookie: ${mallory.cookieHeader}`, LAST), /^HTTP\/1\.1 200 /)
        for (const { headers } of await guarded.received()) ok(!headers.some(([each]) => each.toLowerCase() === 'upgrade'))
      }
      for (const start of ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'GET /me\r\n', 'GET /me HTTP/0.9\r\n\r\n', 'GET /me HTTP/1.0\r\n\r\n']) {
        await raw(start.trimEnd().replaceAll('\r\n', '\n'))
        await untouched(start)
      }
    })

    // The last test: a request with an incomplete body may reach the application after its client has the response.
    test('a smuggled request within an allowed one has no other identity', async () => {
      for (const [head, body] of smuggling()) {
        await raw(`${head}\nAuthorization: ${mallory.token}`, body)
        await onlyMallory(JSON.stringify(head))
      }
    })
  })

/** A request that closes a connection that the proxy has kept open. */
const LAST = 'GET /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'

function normalized(header: string): string {
  return header.toLowerCase().replaceAll('_', '-')
}

function smuggling(): readonly (readonly [string, string])[] {
  const inner = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\nRemote-User: evil\r\nRemote-User-Id: usr_evil\r\n\r\n'
  const chunked = `0\r\n\r\n${inner}`
  const length = `Content-Length: ${chunked.length}`
  const cases: readonly (readonly [string, string])[] = [
    ...[
      'Transfer-Encoding: chunked',
      'Transfer-Encoding : chunked',
      'Transfer-Encoding: xchunked',
      'Transfer-Encoding: chunked, identity',
      'Transfer-Encoding: identity, chunked',
      'Transfer-Encoding: identity\nTransfer-Encoding: chunked',
      'Transfer-Encoding:\u000bchunked',
      'Transfer-Encoding:\n chunked',
      ' Transfer-Encoding: chunked',
      'X: y\n Transfer-Encoding: chunked',
      'Transfer_Encoding: chunked',
      'Transfer-Encoding: "chunked"',
      'TRANSFER-ENCODING: CHUNKED',
    ].flatMap((encoding) => [
      [`${length}\n${encoding}`, chunked] as const,
      [`${encoding}\n${length}`, chunked] as const,
      [`Content-Length: 4\n${encoding}`, `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`] as const,
    ]),
    [`Content-Length: 0\nContent-Length: ${inner.length}`, inner],
    [`Content-Length: ${inner.length}\nContent-Length: 0`, inner],
    [`Content-Length: 0, ${inner.length}`, inner],
    [`Content-Length: +0`, inner],
    [`Content-Length: 0x0`, inner],
    [`Content-Length: -1`, inner],
    [`Content-Length : ${inner.length}`, inner],
    [`Content_Length: ${inner.length}`, inner],
    [`Connection: Content-Length\nContent-Length: ${inner.length}`, inner],
    [`Transfer-Encoding: chunked`, `0x0\r\n\r\n${inner}`],
    [`Transfer-Encoding: chunked`, `0;x=y\r\n\r\n${inner}`],
    [`Transfer-Encoding: chunked`, `0\n\n${inner}`],
    [`Transfer-Encoding: chunked`, `10000000000000000\r\n\r\n${inner}`],
    [`Transfer-Encoding: chunked`, `0\r\nRemote-User: evil\r\nRemote-User-Id: usr_evil\r\n\r\n`],
    [`Trailer: Remote-User\nTransfer-Encoding: chunked`, `0\r\nRemote-User: evil\r\n\r\n`],
    [`Expect: 100-continue\nContent-Length: ${inner.length}`, inner],
  ]
  return cases.flatMap(([headers, body]) =>
    ['GET', 'POST'].map((method) => [`${method} /orders HTTP/1.1\nHost: localhost\n${headers}`, body + LAST] as const),
  )
}
