// The proxy examples in front of the Python application: signed-in users get through with their own identity, all others are refused.

import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { Agent, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { withPorts } from '../../examples/forward-auth-app/run-with-proxy.ts'
import { openChromium } from '../support/chromium.ts'
import { makeDpopKey, makeDpopProof } from '../support/dpop-proofs.ts'
import { freePort, requestOnce } from '../support/raw-http.ts'
import { cleanEnvironment, temporaryFolder } from '../support/server.ts'
import { PASSWORD, request, TestClient, type TestResponse } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'
import { PROXIES, type ProtectedApp, receivedIdentity, startProtectedApp } from './proxies.ts'
import { ROOT } from './support.ts'

const HTML = { accept: 'text/html,*/*' }
const NAMES = Object.keys(PROXIES) as (keyof typeof PROXIES)[]

for (const name of NAMES)
  describe(name, () => {
    let guarded: ProtectedApp
    let url: string
    before(async () => {
      guarded = await startProtectedApp(name)
      url = guarded.url
    })
    after(() => guarded[Symbol.asyncDispose]())

    async function signedIn(username: string): Promise<TestClient> {
      const visitor = new TestClient(url)
      await visitor.register(username)
      return visitor
    }
    const untouched = async (why?: string) => deepEqual(await guarded.received(), [], why)

    test('redirects a browser to the sign-in page, which returns to the requested page', async () => {
      for (const path of ['/', '/me?a=1&b=%2F', '/orders.css', '//evil.test/x', '/%5Cevil.test', '/@evil.test']) {
        const { status, headers } = await request(url, 'GET', path, { headers: HTML })
        const to = new URL(headers.get('location') ?? '')
        deepEqual([status, to.origin, to.pathname, headers.get('cache-control')], [303, url, '/sign-in', 'no-store'], path)
        const page = await request(url, 'GET', to.pathname + to.search, { headers: HTML })
        const back = new URL((/data-return="([^"]*)"/.exec(page.text)?.[1] ?? '').replaceAll('&amp;', '&'), url)
        equal(back.origin, url, path)
        if (!path.startsWith('//')) equal(back.href, url + path)
      }
      await untouched()
    })

    test('answers programs with the problem document of Latchkey', async () => {
      for (const [method, headers] of [
        ['GET', {}],
        ['GET', { accept: 'application/json' }],
        ['POST', HTML],
        ['PUT', {}],
        ['GET', { authorization: 'Bearer a.b.c' }],
      ] as const) {
        const reply = await request(url, method, '/me', { headers })
        equal(reply.status, 401)
        match(reply.json.code, /^(session\.required|token\.invalid)$/)
        match(reply.headers.get('content-type') ?? '', /^application\/problem\+json/)
        match(reply.headers.get('www-authenticate') ?? '', /^Bearer( error="invalid_token")?$/)
        equal(reply.headers.get('cache-control'), 'no-store')
      }
      await untouched()
    })

    test('passes the user to the application, with usernames of any script', async () => {
      for (const username of ['Ada', 'Straße', '小明同学']) {
        const visitor = await signedIn(username)
        for (const headers of [
          { cookie: visitor.cookieHeader },
          { authorization: visitor.token },
          { authorization: `Bearer ${visitor.token}` },
        ]) {
          const reply = await request(url, 'GET', '/me', { headers })
          deepEqual([reply.status, reply.json.username], [200, username])
          const [seen, ...more] = await guarded.received()
          deepEqual(more, [])
          deepEqual(seen && receivedIdentity(seen), {
            'remote-session': [visitor.sid],
            'remote-user': [encodeURIComponent(username)],
            'remote-user-id': [visitor.userId],
          })
        }
      }
    })

    test('refuses every unsafe method with a cookie alone', async () => {
      const visitor = await signedIn('Reader')
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'M-SEARCH']) {
        const headers = { cookie: visitor.cookieHeader, 'content-type': 'text/plain' }
        const refused = await requestOnce(url, '/orders', { method, headers, body: 'order=1' })
        deepEqual([refused.status, JSON.parse(refused.text).code], [403, 'csrf.header_required'], method)
        await untouched(method)
        equal(
          (await requestOnce(url, '/orders', { method, headers: { authorization: visitor.token } })).status,
          method === 'POST' ? 201 : 200,
        )
        deepEqual(
          (await guarded.received()).map((seen) => [seen.method, seen.target]),
          [[method, '/orders']],
        )
      }
      for (const method of ['GET', 'HEAD', 'OPTIONS'])
        equal((await requestOnce(url, '/me', { method, headers: { cookie: visitor.cookieHeader } })).status, 200, method)
      await guarded.received()
    })

    test('passes a complete body with the header: small, large, chunked, and with Expect', async () => {
      const visitor = await signedIn('Writer')
      const megabyte = 'é0123456789abcd'.repeat(65_536)
      for (const body of ['', 'tea', megabyte])
        for (const more of [{}, { 'transfer-encoding': 'chunked' }, { expect: '100-continue' }]) {
          const { status, text } = await requestOnce(url, '/orders', {
            method: 'POST',
            headers: { authorization: visitor.token, ...more },
            body,
          })
          equal(status, 201, text)
          const [seen] = await guarded.received()
          deepEqual(seen?.body, { bytes: Buffer.byteLength(body), sha256: createHash('sha256').update(body).digest('hex') })
        }
    })

    test('a sign-out applies to the next request, by cookie and by token', async () => {
      const visitor = await signedIn('Leaver')
      const { token, cookieHeader: cookie } = visitor
      equal((await request(url, 'GET', '/me', { headers: { cookie } })).status, 200)
      equal((await visitor.callWithToken('POST', `/access/logout/${visitor.userId}`)).status, 200)
      await guarded.received()
      for (const headers of [{ cookie }, { authorization: token }, { authorization: `Bearer ${token}`, cookie }])
        for (const [method, path] of [
          ['GET', '/me'],
          ['POST', '/orders'],
        ] as const)
          equal((await request(url, method, path, { headers })).status, 401)
      await untouched()
    })

    test('no response is cached, and two users on one connection never see the data of the other', async () => {
      const [one, two] = [await signedIn('One'), await signedIn('Two')]
      using agent = disposable(new Agent({ keepAlive: true, maxSockets: 1 }))
      for (let round = 0; round < 20; round += 1)
        for (const { username, cookieHeader: cookie } of [one, two]) {
          const { status, text, headers } = await requestOnce(url, '/cached', { headers: { cookie }, agent: agent.agent })
          deepEqual([status, text, headers['cache-control'], headers.expires], [200, username, 'no-store', undefined])
        }
      const signedOut = await requestOnce(url, '/cached', { agent: agent.agent })
      deepEqual([signedOut.status, signedOut.headers['cache-control']], [401, 'no-store'])
      await guarded.received()
    })

    test('concurrent requests of several users never mix identities', async () => {
      const visitors = await Promise.all(
        ['One', 'Two', 'Three'].map(async (each) => {
          const visitor = new TestClient(url)
          await visitor.register(`${each} of many`.replaceAll(' ', '-'))
          return visitor
        }),
      )
      const senders = Array.from({ length: 120 }, (_, index) => visitors[index % visitors.length] as TestClient)
      const answers = await Promise.all(senders.map((visitor) => visitor.callWithCookies('GET', '/me')))
      deepEqual(
        answers.map(({ status, json }) => [status, json?.username]),
        senders.map(({ username }) => [200, username]),
      )
      await guarded.received()
    })

    test('opens Latchkey’s public paths, and no path for operators', async () => {
      for (const path of ['/sign-in', '/register', '/signed-out', '/.well-known/jwks.json', '/access/client.js'])
        equal((await request(url, 'GET', path, { headers: HTML })).status, 200, path)
      const visitor = await signedIn('Curious')
      equal((await visitor.callWithCookies('GET', '/account', { headers: HTML })).status, 200)
      await untouched()
      for (const path of ['/metrics', '/readyz', '/livez', '/openapi.json']) {
        equal((await request(url, 'GET', path)).status, 401, path)
        deepEqual((await visitor.callWithCookies('GET', path)).json, { title: 'There is nothing here.' }, path)
      }
      await guarded.received()
    })

    test('Latchkey takes the client address from the proxy, not from the client', async () => {
      const claims = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9', 'x-real-ip': '203.0.113.9' }
      const visitor = new TestClient(url)
      const body = { username: 'Claims', password: PASSWORD }
      visitor.signedIn(await visitor.callWithCookies('POST', '/access/register', { body, headers: claims }), 201)
      const { events } = (await visitor.callWithToken('GET', '/access/audit-events')).json
      deepEqual([...new Set(events.map(({ ip }: { ip: string }) => ip))], ['127.0.0.1'])
      await visitor.callWithCookies('GET', '/me', { headers: claims })
      equal(JSON.stringify(await guarded.received()).includes('203.0.113.9'), false)
    })

    test('a user registers, orders and signs out in a browser', async () => {
      const browser = await openChromium()
      try {
        browser.setDefaultTimeout(15_000)
        const page = await browser.newPage()
        await page.goto(url)
        await page.waitForURL('**/sign-in?return=**')
        await page.getByRole('link', { name: /account|register/i }).click()
        await page.getByLabel('Username').fill('Grace')
        await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
        await page.keyboard.press('Enter')
        await page.waitForURL(`${url}/`)
        await page.locator('#user', { hasText: 'Grace' }).waitFor()
        await page.getByRole('button', { name: 'Order' }).click()
        await page.locator('#count', { hasText: 'One order.' }).waitFor()
        await page.getByRole('button', { name: 'Sign out' }).click()
        await page.waitForURL('**/signed-out**')
        await page.goBack()
        await page.waitForURL('**/sign-in?return=**')
        equal(await page.getByText('Grace').count(), 0)
      } finally {
        await browser.close()
      }
      await guarded.received()
    })

    // The last test, because it stops Latchkey.
    test('lets nothing through while Latchkey does not respond', async () => {
      const visitor = await signedIn('Stranded')
      equal((await visitor.callWithCookies('GET', '/me')).status, 200)
      await guarded.received()
      await guarded.latchkey.stop('SIGKILL')
      for (const headers of [{}, HTML, { cookie: visitor.cookieHeader }, { authorization: visitor.token }])
        for (const method of ['GET', 'POST']) {
          const reply: TestResponse = await request(url, method, '/orders', { headers })
          ok([500, 502, 503].includes(reply.status), String(reply.status))
        }
      await untouched()
    })
  })

for (const name of NAMES)
  test(`${name}: passes the DPoP proof and the user agent to Latchkey`, async () => {
    await using guarded = await startProtectedApp(name, { LATCHKEY_DPOP: 'always' })
    const { url } = guarded
    const visitor = new TestClient(url)
    await visitor.register('bound')
    const key = makeDpopKey()
    const proofFor = (method: string, path: string, token?: string) =>
      makeDpopProof(key, { method, url: url + path, now: Date.now(), ...(token && { token }) })
    const { json } = await visitor.callWithCookies('POST', '/access/token', { headers: { dpop: proofFor('POST', '/access/token') } })
    const authorization = String(json.token)
    const order = (headers: Readonly<Record<string, string>>) => request(url, 'POST', '/orders', { headers: { authorization, ...headers } })
    equal((await order({})).status, 401)
    equal((await order({ dpop: proofFor('POST', '/elsewhere', authorization) })).status, 401)
    deepEqual(await guarded.received(), [])
    notEqual((await order({ dpop: proofFor('POST', '/orders', authorization) })).status, 401)
    equal((await guarded.received()).length, 1)

    const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0'
    const passive = { 'x-latchkey-passive': '1' }
    await waitFor('the other browser to be on record', async () => {
      await request(url, 'GET', '/orders', { headers: { cookie: visitor.cookieHeader, 'user-agent': firefox, ...passive } })
      const { json } = await visitor.callWithCookies('GET', '/access/audit-events', { headers: passive })
      const events: readonly { readonly action: string; readonly userAgent: string }[] = json.events
      return events.some(({ action, userAgent }) => action === 'device.changed' && userAgent === firefox)
    })
  })

test('caddy: a response that is not from Latchkey authenticates no user', async () => {
  let reached = 0
  const everything = createServer((_incoming, response) => {
    reached += 1
    response.end('Welcome')
  }).listen(0, '127.0.0.1')
  await once(everything, 'listening')
  const itself = (everything.address() as AddressInfo).port
  const port = await freePort()
  const folder = await temporaryFolder()
  const file = join(folder, 'configuration')
  await writeFile(
    file,
    withPorts(await readFile(ROOT + PROXIES.caddy.configuration, 'utf8'), { proxy: port, latchkey: itself, app: itself }),
  )
  const [program, ...args] = PROXIES.caddy.command(file)
  const proxy = spawn(program, args, { env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder }, stdio: 'ignore' })
  try {
    const ask = () => requestOnce(`http://localhost:${port}`, '/orders')
    await waitFor('Caddy to answer', () =>
      ask().then(
        () => true,
        () => false,
      ),
    )
    reached = 0
    // Only the check arrives.
    deepEqual([(await ask()).status, reached], [503, 1])
  } finally {
    proxy.kill()
    await once(proxy, 'exit')
    everything.close()
    await rm(folder, { recursive: true, force: true })
  }
})

for (const name of NAMES)
  test(`npm run example ${name} starts everything, and ends it together`, async () => {
    const ports = { PORT: await freePort(), LATCHKEY_PORT: await freePort(), APP_PORT: await freePort() }
    const env = Object.fromEntries(Object.entries(ports).map(([key, value]) => [key, String(value)]))
    const folder = await temporaryFolder()
    const example = spawn(process.execPath, [`${ROOT}examples/${name}/server.ts`], {
      cwd: folder,
      env: cleanEnvironment(env),
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let printed = ''
    example.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
    })
    const exited = once(example, 'exit')
    const url = `http://localhost:${ports.PORT}`
    const answers = (port: number) =>
      requestOnce(`http://localhost:${port}`, '/sign-in').then(
        () => true,
        () => false,
      )
    try {
      for (const port of Object.values(ports)) await waitFor(`port ${port} to answer`, () => answers(port))
      await waitFor('the address to be printed', () => printed.split('\n').includes(url))
      const visitor = new TestClient(url)
      await visitor.register('Ada')
      deepEqual((await visitor.callWithToken('POST', '/orders')).json.number, 1)
      deepEqual((await visitor.callWithCookies('GET', '/me')).json, { username: 'Ada', orders: 1 })
    } finally {
      example.kill()
      await exited
      await rm(folder, { recursive: true, force: true })
    }
    for (const port of Object.values(ports)) equal(await answers(port), false)
  })

function disposable(agent: Agent) {
  return { agent, [Symbol.dispose]: () => agent.destroy() }
}
