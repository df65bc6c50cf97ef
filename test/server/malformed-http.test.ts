// Malformed HTTP, on raw connections.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { sendBytes } from '../support/raw-http.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { PASSWORD, TestClient } from '../support/test-client.ts'

let server: RunningServer
let client: TestClient
before(async () => {
  server = await startServer()
  client = new TestClient(server.url)
  await client.register('Raw')
})
after(() => server[Symbol.asyncDispose]())

interface RawResponse {
  readonly status: number
  readonly head: string
  readonly body: string
}

function parse(response: string): RawResponse {
  const end = response.indexOf('\r\n\r\n')
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(response)?.[1]),
    head: response.slice(0, end).toLowerCase(),
    body: response.slice(end + 4),
  }
}

/** Sends lines and a blank one with Connection: close, and reads one response. */
async function sendRaw(...lines: readonly string[]): Promise<RawResponse> {
  return parse(await sendBytes(server.url, `${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`))
}

function assertProblem({ status, head, body }: RawResponse, expected: number, code: string): void {
  equal(status, expected, head)
  match(head, /content-type: application\/problem\+json/)
  for (const header of [
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    'referrer-policy: no-referrer',
    'content-security-policy: ',
  ])
    ok(head.includes(header), `${header} in ${head}`)
  equal(head.includes('server:') || head.includes('x-powered-by'), false)
  const problem = JSON.parse(body)
  deepEqual([problem.status, problem.code], [expected, code])
}

describe('Requests refused by the parser get a problem document with all headers', { concurrency: true }, () => {
  test('an invalid request line', async () => assertProblem(await sendRaw('HELLO'), 400, 'request.malformed'))
  test('an invalid header', async () => assertProblem(await sendRaw('GET / HTTP/1.1', 'Host: x', 'no colon'), 400, 'request.malformed'))
  test('a header with a control character', async () =>
    assertProblem(await sendRaw('GET / HTTP/1.1', 'Host: x', 'A: b\u0001c'), 400, 'request.malformed'))
  test('a header folded over two lines', async () =>
    assertProblem(await sendRaw('GET / HTTP/1.1', 'Host: x', 'A: b', ' c'), 400, 'request.malformed'))
  test('two lengths', async () =>
    assertProblem(await sendRaw('POST / HTTP/1.1', 'Host: x', 'Content-Length: 1', 'Content-Length: 2'), 400, 'request.malformed'))
  test('a length and chunks (request smuggling)', async () =>
    assertProblem(await sendRaw('POST / HTTP/1.1', 'Host: x', 'Content-Length: 1', 'Transfer-Encoding: chunked'), 400, 'request.malformed'))
  test('an encoding that is not the last one', async () =>
    assertProblem(await sendRaw('POST / HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked, gzip'), 400, 'request.malformed'))
  test('a chunk with an invalid size', async () => {
    const head = `POST /access/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`
    assertProblem(parse(await sendBytes(server.url, `${head}zz\r\n`)), 400, 'request.malformed')
  })
  test('headers of more than 16 KiB', async () =>
    assertProblem(await sendRaw('GET / HTTP/1.1', 'Host: x', `A: ${'a'.repeat(17_000)}`), 431, 'request.headers_too_large'))
  test('a target of more than 16 KiB', async () =>
    assertProblem(await sendRaw(`GET /${'a'.repeat(17_000)} HTTP/1.1`, 'Host: x'), 431, 'request.headers_too_large'))
  test('HTTP/1.1 without a Host', async () => assertProblem(await sendRaw('GET /livez HTTP/1.1'), 400, 'request.malformed'))
  test('two Hosts', async () => assertProblem(await sendRaw('GET /livez HTTP/1.1', 'Host: a', 'Host: b'), 400, 'request.malformed'))
})

describe('A browser navigation gets a page for a request refused by the parser, and a program the problem document', {
  concurrency: true,
}, () => {
  const BROWSER = ['Accept: text/html,application/xhtml+xml,*/*;q=0.8', 'Sec-Fetch-Mode: navigate', 'Accept-Language: zh-CN']
  const cookies = `Cookie: a=${'a'.repeat(17_000)}`

  function assertPage({ status, head, body }: RawResponse, expected: number): void {
    equal(status, expected, head)
    match(head, /content-type: text\/html; charset=utf-8/)
    for (const header of [
      'cache-control: no-store',
      "content-security-policy: default-src 'none'; script-src 'self'",
      'vary: accept, ',
      'connection: close',
    ])
      ok(head.includes(header), `${header} in ${head}`)
    ok(body.startsWith('<!doctype html>\n<html lang="zh-CN">') && body.endsWith('</html>'))
    ok(!body.includes('aaaa') && !body.includes('/hidden'))
    equal(Number(/content-length: (\d+)/.exec(head)?.[1]), Buffer.from(body, 'latin1').length)
  }

  test('too many cookies', async () => assertPage(await sendRaw('GET /hidden?a=b HTTP/1.1', 'Host: x', ...BROWSER, cookies), 431))
  test('an invalid header', async () => assertPage(await sendRaw('GET /hidden HTTP/1.1', 'Host: x', ...BROWSER, 'no colon'), 400))
  test('two Hosts', async () => assertPage(await sendRaw('GET /hidden HTTP/1.1', 'Host: a', 'Host: b', ...BROWSER), 400))
  test('a path of the API keeps the problem document', async () => {
    assertProblem(await sendRaw('GET /access/session HTTP/1.1', 'Host: x', ...BROWSER, cookies), 431, 'request.headers_too_large')
    assertProblem(await sendRaw('GET /access/session HTTP/1.1', 'Host: a', 'Host: b', ...BROWSER), 400, 'request.malformed')
  })
  test('a script in a page, and a form, get it too', async () => {
    const script = [...BROWSER.slice(0, 1), 'Sec-Fetch-Mode: cors']
    assertProblem(await sendRaw('GET /hidden HTTP/1.1', 'Host: x', ...script, cookies), 431, 'request.headers_too_large')
    assertProblem(await sendRaw('POST /hidden HTTP/1.1', 'Host: x', ...BROWSER, cookies), 431, 'request.headers_too_large')
  })
  test('a duplicate Accept header is ignored', async () =>
    assertProblem(await sendRaw('GET /hidden HTTP/1.1', 'Host: x', ...BROWSER, 'Accept: */*', cookies), 431, 'request.headers_too_large'))
})

describe('Requests accepted by the parser are checked by the standard', { concurrency: true }, () => {
  test('HTTP/1.0 needs no Host', async () => equal((await sendRaw('GET /livez HTTP/1.0')).status, 200))

  test('headers of almost 16 KiB are accepted', async () =>
    equal((await sendRaw('GET /livez HTTP/1.1', 'Host: x', `A: ${'a'.repeat(15_000)}`)).status, 200))

  test('two Authorization headers are refused, whichever is valid', async () => {
    const good = `Authorization: Bearer ${client.token}`
    equal((await sendRaw('GET /access/session HTTP/1.1', 'Host: x', good)).status, 200)
    for (const pair of [
      [good, good],
      [good, 'Authorization: Bearer other'],
      ['Authorization: Bearer other', good],
    ]) {
      const response = await sendRaw('GET /access/session HTTP/1.1', 'Host: x', ...pair)
      assertProblem(response, 400, 'request.malformed')
      equal(JSON.parse(response.body).reason, 'duplicate_header')
    }
  })

  test('of two session cookies the genuine one counts, in one header or in two', async () => {
    const cookie = `latchkey_session=${client.cookie('session')}`
    equal((await sendRaw('GET /access/session HTTP/1.1', 'Host: x', `Cookie: ${cookie}`)).status, 200)
    for (const cookies of [[`Cookie: ${cookie}; ${cookie}`], [`Cookie: ${cookie}`, `Cookie: latchkey_session=other`]]) {
      const response = await sendRaw('GET /access/session HTTP/1.1', 'Host: x', ...cookies)
      equal(response.status, 200)
    }
  })

  test('the absolute form of a target is reduced to its path, and its host is ignored', async () => {
    const response = await sendRaw('GET http://evil.example/livez?x=1 HTTP/1.1', 'Host: evil.example')
    deepEqual([response.status, JSON.parse(response.body)], [200, { status: 'ok' }])
    equal((await sendRaw('GET http://evil.example HTTP/1.1', 'Host: x')).status, (await sendRaw('GET / HTTP/1.1', 'Host: x')).status)
  })

  test('OPTIONS * and targets that are no path are not found', async () => {
    assertProblem(await sendRaw('OPTIONS * HTTP/1.1', 'Host: x'), 404, 'resource.not_found')
    assertProblem(await sendRaw('GET //evil.example/livez HTTP/1.1', 'Host: x'), 404, 'resource.not_found')
    assertProblem(await sendRaw('GET /access/../livez HTTP/1.1', 'Host: x'), 404, 'resource.not_found')
  })

  test('TRACE and unknown methods are not allowed, and TRACE echoes nothing', async () => {
    const traced = await sendRaw('TRACE /access/session HTTP/1.1', 'Host: x', 'Cookie: a=echo-me')
    assertProblem(traced, 405, 'method.not_allowed')
    match(traced.head, /allow: get, head, options/)
    equal((traced.head + traced.body).includes('echo-me'), false)
    assertProblem(await sendRaw('PROPFIND /access/session HTTP/1.1', 'Host: x'), 405, 'method.not_allowed')
    assertProblem(await sendRaw('BREW /access/session HTTP/1.1', 'Host: x'), 400, 'request.malformed')
  })

  test('CONNECT opens no tunnel', async () => {
    const response = await sendBytes(server.url, 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n')
    assertProblem(parse(response), 400, 'request.malformed')
  })

  test('an upgrade is ignored, and the request is answered', async () => {
    const response = await sendRaw('GET /livez HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket')
    equal(response.status, 200)
  })

  test('a foreign Host does not change the response', async () => {
    const response = await sendRaw(
      'GET /nowhere HTTP/1.1',
      'Host: evil.example',
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-Proto: https',
    )
    equal((response.head + response.body).includes('evil.example'), false)
    equal(JSON.parse(response.body).type, `${server.publicUrl}/docs/errors#resource.not_found`)
  })

  test('an unknown expectation is ignored', async () => {
    equal((await sendRaw('GET /livez HTTP/1.1', 'Host: x', 'Expect: a miracle')).status, 200)
  })

  test('two pipelined requests are answered in order', async () => {
    const one = 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n'
    const two = 'GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    const response = await sendBytes(server.url, one + two)
    deepEqual(response.match(/HTTP\/1\.1 \d{3}/g), ['HTTP/1.1 200', 'HTTP/1.1 404'])
  })
})

test('A client that does not complete its headers is refused after 15 s', async () => {
  const began = performance.now()
  const response = parse(await sendBytes(server.url, 'GET /livez HTTP/1.1\r\nHost: x\r\nA: b'))
  assertProblem(response, 400, 'request.malformed')
  equal(JSON.parse(response.body).reason, 'timeout')
  const seconds = (performance.now() - began) / 1000
  ok(seconds > 14 && seconds < 20, `after ${seconds} s`)
})

describe('A body', { concurrency: true }, () => {
  const head = (length: string) => `POST /access/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${length}\r\n\r\n`

  test('announced as larger than 64 KiB is refused before it is sent', async () => {
    const began = performance.now()
    const response = parse(await sendBytes(server.url, head('Content-Length: 10000000')))
    assertProblem(response, 413, 'request.too_large')
    match(response.head, /connection: close/)
    ok(performance.now() - began < 4_000)
  })

  test('of 100 KiB is refused and drained, and the connection continues', async () => {
    const body = 'x'.repeat(100_000)
    const response = await sendBytes(
      server.url,
      `${head(`Content-Length: ${body.length}`) + body}GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    )
    deepEqual(response.match(/HTTP\/1\.1 \d{3}/g), ['HTTP/1.1 413', 'HTTP/1.1 200'])
  })

  test('of a megabyte is refused, and a client that keeps sending can read the refusal', async () => {
    const body = 'x'.repeat(1_000_000)
    assertProblem(parse(await sendBytes(server.url, head(`Content-Length: ${body.length}`) + body)), 413, 'request.too_large')
  })

  test('in chunks is refused as soon as it has grown too large', async () => {
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`
    const response = await sendBytes(server.url, `${head('Transfer-Encoding: chunked')}${chunk.repeat(5)}0\r\n\r\n`)
    assertProblem(parse(response), 413, 'request.too_large')
    const endless = await sendBytes(server.url, head('Transfer-Encoding: chunked') + chunk.repeat(40))
    assertProblem(parse(endless), 413, 'request.too_large')
  })

  test('in chunks of one byte is read like any other', async () => {
    const text = JSON.stringify({ username: 'Raw', password: PASSWORD })
    const chunks = [...text].map((byte) => `1\r\n${byte}\r\n`).join('')
    const response = await sendBytes(server.url, `${head('Transfer-Encoding: chunked\r\nConnection: close')}${chunks}0\r\n\r\n`)
    equal(parse(response).status, 200)
  })

  test('with Expect: 100-continue is requested, unless it is refused anyway', async () => {
    const text = JSON.stringify({ username: 'Raw', password: PASSWORD })
    const response = await sendBytes(
      server.url,
      head(`Content-Length: ${text.length}\r\nExpect: 100-continue\r\nConnection: close`),
      async (write) => {
        await pause(50)
        write(text)
      },
    )
    deepEqual(response.match(/HTTP\/1\.1 \d{3}/g), ['HTTP/1.1 100', 'HTTP/1.1 200'])
    const refused = await sendBytes(server.url, head('Content-Length: 10000000\r\nExpect: 100-continue'))
    assertProblem(parse(refused), 413, 'request.too_large')
  })

  test('that never arrives delays no other request', async () => {
    const silent = Array.from({ length: 200 }, () => sendBytes(server.url, head('Content-Length: 50')).catch(() => ''))
    await pause(100)
    const began = performance.now()
    equal((await client.call('GET', '/access/session')).status, 200)
    ok(performance.now() - began < 500)
    silent.length = 0
  })
})
