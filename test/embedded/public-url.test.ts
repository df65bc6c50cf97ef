// The public URL: production does not start without it, and a request that shows another address causes one warning and no other effect.

import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import express from 'express'
import { createExpressAdapter } from '../../src/adapters/express.ts'
import { createLatchkey, type LatchkeyOptions, SettingError } from '../../src/index.ts'
import { makeHttpRequest, rawRequest } from '../support/host-header-requests.ts'
import { startServer } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'

const SECRET = 'a-secret-of-this-test-alone-0123456789'
const MEMORY = { databaseUrl: 'sqlite::memory:', secret: SECRET }
const NODE_ENV = process.env.NODE_ENV
after(() => setEnvironment(NODE_ENV))

function setEnvironment(value: string | undefined): void {
  if (value === undefined) delete process.env.NODE_ENV
  else process.env.NODE_ENV = value
}

async function open(options: LatchkeyOptions, environment?: string) {
  const warnings: string[] = []
  setEnvironment(environment)
  const latchkey = await createLatchkey({ ...MEMORY, ...options }, { onWarning: (warning) => warnings.push(warning) }).finally(() =>
    setEnvironment(NODE_ENV),
  )
  return { latchkey, warnings }
}

/** The warnings after opening the sign-in page with these headers. */
async function warnedBy(
  publicUrl: string | undefined,
  ...requests: readonly Readonly<Record<string, string>>[]
): Promise<readonly string[]> {
  const { latchkey, warnings } = await open({ publicUrl })
  for (const headers of requests) {
    const answer = await latchkey.handle(makeHttpRequest('GET', '/sign-in', headers))
    equal(answer.status, 200)
  }
  await latchkey.close()
  return warnings
}

test('under NODE_ENV=production an embedded Latchkey without publicUrl fails to start, with one line', async () => {
  await rejects(open({}, 'production'), (error) => {
    ok(error instanceof SettingError)
    match(
      error.message,
      /^publicUrl \(LATCHKEY_PUBLIC_URL\) is not set; under NODE_ENV=production it must be: an http or https address[^\n]*https:\/\/login\.example\.com[^\n]* Secure[^\n]*$/,
    )
    return true
  })
  for (const environment of [undefined, 'development', 'test']) {
    const { latchkey, warnings } = await open({}, environment)
    await latchkey.close()
    deepEqual(warnings, [])
  }
  const { latchkey, warnings } = await open({ publicUrl: 'https://login.example.com' }, 'production')
  await latchkey.close()
  deepEqual(warnings, [])
})

test('under NODE_ENV=production plain http causes a warning, except on localhost', async () => {
  for (const [publicUrl, count] of [
    ['http://login.example.com', 1],
    ['http://10.0.0.7:3000', 1],
    ['http://localhost:3000', 0],
    ['http://127.0.0.1:3000', 0],
    ['http://[::1]:3000', 0],
  ] as const) {
    const { latchkey, warnings } = await open({ publicUrl }, 'production')
    await latchkey.close()
    equal(warnings.length, count, publicUrl)
    for (const warning of warnings) match(warning, /^publicUrl \(LATCHKEY_PUBLIC_URL\) is http:\/\/.* cookies are not Secure/)
  }
})

test('the first request that shows another address causes one warning, with the setting and both addresses', async () => {
  const other = { host: 'login.example.com', 'x-forwarded-proto': 'https' }
  const [warning = '', ...more] = await warnedBy(undefined, { host: 'localhost:3000' }, other, other, { host: 'another.example' })
  match(warning, /^publicUrl \(LATCHKEY_PUBLIC_URL\) is http:\/\/localhost:3000, but a request shows https:\/\/login\.example\.com\. /)
  deepEqual(more, [])
})

test('another address is detected in Host, in the Origin of our own page, and in forwarding headers', async () => {
  const shown = async (publicUrl: string | undefined, headers: Readonly<Record<string, string>>) =>
    /but a request shows (\S+)\. /.exec((await warnedBy(publicUrl, headers))[0] ?? '')?.[1]
  const HTTPS = 'https://login.example.com'
  const cases: readonly (readonly [string | undefined, Readonly<Record<string, string>>, string | undefined])[] = [
    [undefined, { host: 'login.example.com' }, 'http://login.example.com'],
    [HTTPS, { host: 'other.example.com' }, 'https://other.example.com'],
    [HTTPS, { host: 'login.example.com:8443' }, 'https://login.example.com:8443'],
    [HTTPS, { host: 'localhost:3000', 'x-forwarded-host': 'other.example.com', 'x-forwarded-proto': 'https' }, 'https://other.example.com'],
    [HTTPS, { host: 'localhost:3000', forwarded: 'for=192.0.2.7;host=other.example.com;proto=https' }, 'https://other.example.com'],
    [undefined, { host: 'localhost:3000', 'x-forwarded-proto': 'https' }, 'https://localhost:3000'],
    [undefined, { host: 'localhost:3000', origin: HTTPS, 'sec-fetch-site': 'same-origin' }, HTTPS],
    [undefined, { host: '192.168.0.5:3000', origin: 'http://192.168.0.5:3000' }, 'http://192.168.0.5:3000'],
    [undefined, { host: '127.0.0.1:3000', origin: 'http://127.0.0.1:3000' }, 'http://127.0.0.1:3000'],
    [undefined, { host: '[2001:db8::7]:3000' }, 'http://[2001:db8::7]:3000'],
    // The same address in another form.
    [HTTPS, { host: 'login.example.com' }, undefined],
    [HTTPS, { host: 'LOGIN.example.com:443' }, undefined],
    [
      HTTPS,
      { host: 'backend:3000', 'x-forwarded-host': 'login.example.com, proxy.internal', 'x-forwarded-proto': 'https, http' },
      undefined,
    ],
    [HTTPS, { host: 'backend:3000', origin: HTTPS, 'sec-fetch-site': 'same-origin' }, undefined],
    // A health check, a proxy with its own Host, and no Host.
    [HTTPS, { host: '127.0.0.1:3000' }, undefined],
    [undefined, { host: 'localhost:8080' }, undefined],
    [undefined, {}, undefined],
    // A page of another site, which says nothing about our address.
    [HTTPS, { host: 'login.example.com', origin: 'https://attacker.example', 'sec-fetch-site': 'cross-site' }, undefined],
    [HTTPS, { host: 'login.example.com', origin: 'null' }, undefined],
  ]
  for (const [publicUrl, headers, expected] of cases) equal(await shown(publicUrl, headers), expected, JSON.stringify(headers))
})

test('invalid addresses appear in no warning', async () => {
  for (const host of [
    'evil\r\nlevel=fatal',
    'evil\u001b[31m.example',
    'a b',
    '"><script>',
    'login.example.com/path',
    'user:pass@host.example',
    `${'x'.repeat(300)}.example`,
    'bücher.example',
    'host:99999',
    '$(jndi:ldap://x)',
  ]) {
    for (const headers of [
      { host },
      { host: 'localhost:3000', 'x-forwarded-host': host },
      { host, origin: `https://${host}`, 'sec-fetch-site': 'same-origin' },
    ])
      deepEqual(await warnedBy(undefined, headers), [], JSON.stringify(headers))
  }
})

test('a form refused for its origin causes the warning too, and stays refused', async () => {
  const { latchkey, warnings } = await open({})
  const headers = { host: '192.168.0.5:3000', origin: 'http://192.168.0.5:3000', 'content-type': 'application/json' }
  equal((await latchkey.handle(makeHttpRequest('POST', '/access/login', headers, '{}'))).status, 403)
  equal(warnings.length, 1)
  match(warnings[0] ?? '', /but a request shows http:\/\/192\.168\.0\.5:3000\. /)
  await latchkey.close()
})

test('no header changes a response: cookies, issuer and links follow the setting', async () => {
  const { latchkey, warnings } = await open({ publicUrl: 'http://localhost:3000' })
  const headers = {
    host: 'login.example.com',
    'x-forwarded-host': 'login.example.com',
    'x-forwarded-proto': 'https',
    'content-type': 'application/json',
  }
  const body = JSON.stringify({ username: 'mary', password: 'nine-quiet-otters-upstream' })
  const answer = await latchkey.handle(makeHttpRequest('POST', '/access/register', headers, body))
  equal(answer.status, 201)
  equal(warnings.length, 1)
  for (const cookie of answer.cookies) ok(!/secure/i.test(cookie), cookie)
  const [, claims = ''] = JSON.parse(String(answer.body)).token.split('.')
  equal(JSON.parse(Buffer.from(claims, 'base64url').toString()).iss, 'http://localhost:3000')
  await latchkey.close()
})

test('the URL of a Fetch API Request counts as its address', async () => {
  const { latchkey, warnings } = await open({})
  await latchkey.handler(new Request('http://localhost:3000/sign-in'))
  deepEqual(warnings, [])
  await latchkey.handler(new Request('https://login.example.com/sign-in'))
  equal(warnings.length, 1)
  await latchkey.close()
})

test('requests for sessions and health are not checked', async () => {
  const { latchkey, warnings } = await open({})
  for (const path of ['/access/session', '/livez', '/readyz', '/.well-known/jwks.json'])
    await latchkey.handle(makeHttpRequest('GET', path, { host: 'login.example.com' }))
  deepEqual(warnings, [])
  await latchkey.close()
})

test('without onWarning, Express behind an https proxy emits a process warning', async () => {
  const warnings: Error[] = []
  const onWarning = (warning: Error) => {
    if (warning.name === 'LatchkeyWarning') warnings.push(warning)
  }
  process.on('warning', onWarning)
  const latchkey = await createLatchkey(MEMORY)
  const server = createServer(express().use(createExpressAdapter(latchkey).middleware()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    for (let time = 0; time < 2; time += 1) {
      equal(await rawRequest(port, '/sign-in', { Host: 'login.example.com', 'X-Forwarded-Proto': 'https' }), 200)
    }
    await waitFor('the warning', () => warnings.length > 0)
    equal(warnings.length, 1)
    match(
      warnings[0]?.message ?? '',
      /publicUrl \(LATCHKEY_PUBLIC_URL\) is http:\/\/localhost:3000, but a request shows https:\/\/login\.example\.com/,
    )
  } finally {
    process.off('warning', onWarning)
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await latchkey.close()
  }
})

test('the server logs the warning: at a start in production, after the listening line, and at a request', async () => {
  await using server = await startServer({ env: { NODE_ENV: 'production', DATABASE_URL: 'sqlite::memory:' } })
  await waitFor('the warning of the start', () =>
    /"level":40.*publicUrl \(LATCHKEY_PUBLIC_URL\) is not set under NODE_ENV=production/.test(server.output()),
  )
  match(server.output().split('\n')[0] ?? '', /^Latchkey listens on /)
  equal(await rawRequest(Number(new URL(server.url).port), '/sign-in', { Host: 'login.example.com' }), 200)
  await waitFor('the warning of the request', () => /"level":40.*but a request shows http:\/\/login\.example\.com\. /.test(server.output()))
})
