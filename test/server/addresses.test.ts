// The client's address behind proxies, access to metrics, and the content of the log.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { describe, test } from 'node:test'
import { freePort, requestOnce } from '../support/raw-http.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { PASSWORD } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'

const LIMIT = { LATCHKEY_LOGIN_LIMIT: '100/5m,3/5m' }

/** The address that the list of sessions shows for a registration with these headers. */
async function observedAddress(
  server: RunningServer,
  username: string,
  headers: Readonly<Record<string, string | readonly string[]>>,
): Promise<string> {
  const registered = await requestOnce(server.url, '/access/register', {
    method: 'POST',
    headers,
    body: JSON.stringify({ username, password: PASSWORD }),
  })
  const { token } = JSON.parse(registered.text)
  const { text } = await requestOnce(server.url, '/access/sessions', { headers: { authorization: token } })
  return JSON.parse(text)[0].ip
}

function tryLogin(server: RunningServer, headers: Readonly<Record<string, string>>): Promise<number> {
  const body = JSON.stringify({ username: `unknown${Math.random()}`, password: 'wrong' })
  return requestOnce(server.url, '/access/login', { method: 'POST', headers, body }).then(({ status }) => status)
}

describe('Without trusted proxies', () => {
  test('forwarding headers of a client affect neither the list, nor the limit, nor the log', async () => {
    await using server = await startServer({ env: LIMIT })
    equal(await observedAddress(server, 'Frank', { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' }), '127.0.0.1')
    const statuses: number[] = []
    for (let index = 0; index < 5; index += 1) statuses.push(await tryLogin(server, { 'x-forwarded-for': `203.0.113.${index}` }))
    deepEqual(statuses, [401, 401, 401, 429, 429])
    equal(server.output().includes('203.0.113.'), false)
  })
})

describe('With trusted proxies', () => {
  test('their header counts, hop by hop from the nearest, and no other’s', async () => {
    await using server = await startServer({ env: { ...LIMIT, LATCHKEY_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8, 2001:db8:1::/48' } })
    for (const [name, headers, address] of [
      ['plain', { 'x-forwarded-for': '203.0.113.9' }, '203.0.113.9'],
      ['spoofed', { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' }, '203.0.113.9'],
      ['chained', { 'x-forwarded-for': '198.51.100.1, 203.0.113.9, 10.1.2.3' }, '203.0.113.9'],
      ['twice', { 'x-forwarded-for': ['203.0.113.9', '10.1.2.3'] }, '203.0.113.9'],
      ['port', { 'x-forwarded-for': '203.0.113.9:4711' }, '203.0.113.9'],
      ['six', { 'x-forwarded-for': '[2001:db8:2::1]:4711, 2001:db8:1::5' }, '2001:db8:2::1'],
      ['nonsense', { 'x-forwarded-for': 'unknown, 10.1.2.3' }, '10.1.2.3'],
      ['forwarded', { forwarded: 'for=203.0.113.9' }, '127.0.0.1'],
      ['both', { forwarded: 'for=198.51.100.1', 'x-forwarded-for': '203.0.113.9' }, '203.0.113.9'],
      ['real', { 'x-real-ip': '203.0.113.9' }, '127.0.0.1'],
      ['absent', {}, '127.0.0.1'],
    ] as const) {
      equal(await observedAddress(server, `By-${name}`, headers), address, name)
    }
    const first = { 'x-forwarded-for': '203.0.113.50' }
    deepEqual(
      [await tryLogin(server, first), await tryLogin(server, first), await tryLogin(server, first), await tryLogin(server, first)],
      [401, 401, 401, 429],
    )
    equal(await tryLogin(server, { 'x-forwarded-for': '203.0.113.51' }), 401)
    equal(
      await tryLogin(server, { 'x-forwarded-for': '198.51.100.7, 203.0.113.50' }),
      429,
      'an address prepended by the client does not help',
    )
  })
})

describe('With LATCHKEY_FORWARDED_HEADER=forwarded', () => {
  test('a client’s X-Forwarded-For never overrides the Forwarded of a trusted proxy', async () => {
    await using server = await startServer({
      env: { ...LIMIT, LATCHKEY_TRUSTED_PROXIES: '127.0.0.1, 2001:db8:1::/48', LATCHKEY_FORWARDED_HEADER: 'Forwarded' },
    })
    for (const [name, headers, address] of [
      ['both', { forwarded: 'for=203.0.113.9', 'x-forwarded-for': '198.51.100.1' }, '203.0.113.9'],
      ['chained', { forwarded: 'for=203.0.113.9;proto=https, for="[2001:db8:1::5]:80"' }, '203.0.113.9'],
      ['twice', { forwarded: ['for=198.51.100.1', 'for=203.0.113.9'] }, '203.0.113.9'],
      ['obfuscated', { forwarded: 'for=_hidden', 'x-forwarded-for': '198.51.100.1' }, '127.0.0.1'],
      ['plain', { 'x-forwarded-for': '198.51.100.1', 'x-real-ip': '198.51.100.1' }, '127.0.0.1'],
    ] as const) {
      equal(await observedAddress(server, `By-${name}`, headers), address, name)
    }
    const forged = (index: number) => ({ forwarded: 'for=203.0.113.50', 'x-forwarded-for': `198.51.100.${index}` })
    deepEqual(
      [
        await tryLogin(server, forged(1)),
        await tryLogin(server, forged(2)),
        await tryLogin(server, forged(3)),
        await tryLogin(server, forged(4)),
      ],
      [401, 401, 401, 429],
    )
  })
})

describe('Metrics', () => {
  test('are for direct requests from this machine only, not for proxied ones', async () => {
    const outer = Object.values(networkInterfaces())
      .flat()
      .find((face) => face?.family === 'IPv4' && !face.internal)?.address
    await using server = await startServer({ env: { HOST: '0.0.0.0' } })
    const base = `http://127.0.0.1:${new URL(server.url).port}`
    const { status, headers, text } = await requestOnce(base, '/metrics')
    equal(status, 200)
    match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/)
    match(text, /^# TYPE latchkey_requests_total counter$/m)
    for (const name of ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'])
      equal((await requestOnce(base, '/metrics', { headers: { [name]: 'x' } })).status, 404, name)
    ok(outer !== undefined, 'this test needs a machine with an address of its own')
    equal((await requestOnce(base.replace('127.0.0.1', outer), '/metrics')).status, 404)
    equal((await requestOnce(base.replace('127.0.0.1', outer), '/livez')).status, 200)
  })

  test('are served only on METRICS_PORT where it is set, and no path becomes a label', async () => {
    const metricsPort = await freePort()
    await using server = await startServer({ env: { METRICS_PORT: String(metricsPort) } })
    await requestOnce(server.url, '/made-up/path')
    equal((await requestOnce(server.url, '/metrics')).status, 404)
    const base = `http://127.0.0.1:${metricsPort}`
    const { status, text } = await requestOnce(base, '/metrics')
    equal(status, 200)
    match(text, /^latchkey_requests_total\{route="none",method="GET",status="404"\} 1$/m)
    equal(text.includes('made-up'), false)
    equal((await requestOnce(base, '/access/session')).status, 404)
    equal((await requestOnce(base, '/metrics', { method: 'POST' })).status, 404)
  })
})

test('The log has one JSON line for each request, without secrets', async () => {
  await using server = await startServer()
  const body = JSON.stringify({ username: 'Logan', password: PASSWORD })
  const { token, user } = JSON.parse((await requestOnce(server.url, '/access/register', { method: 'POST', body })).text)
  const response = await requestOnce(server.url, '/access/session?secret=in-the-query', {
    headers: { authorization: token },
  })
  await requestOnce(server.url, `/access/logout/someone-else`, { headers: { authorization: token } })
  await requestOnce(server.url, '/path/in-the-path')
  await waitFor('four lines', () => server.output().trim().split('\n').length === 5)
  const lines = server
    .output()
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line))
  deepEqual(
    lines.map(({ method, route, status, code }) => [method, route, status, code]),
    [
      ['POST', '/access/register', 201, null],
      ['GET', '/access/session', 200, null],
      ['GET', '/access/logout/:userId', 403, 'user.mismatch'],
      ['GET', null, 404, 'resource.not_found'],
    ],
  )
  equal(lines[1].requestId, response.headers['x-request-id'])
  equal(lines[1].userId, user.id)
  equal(lines[1].address, '127.0.0.1')
  match(lines[1].time, /^\d{4}-\d\d-\d\dT.*Z$/)
  for (const hidden of [token, 'in-the-query', 'in-the-path', 'someone-else', PASSWORD, 'Logan'])
    equal(server.output().includes(hidden), false, hidden)
})
