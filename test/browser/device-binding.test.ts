// Device-bound sign-ins (DBSC) in a real Chromium with software keys: binding, renewal, restart, sign-out and sign-in; and a copied
// cookie jar in a second browser and in curl.

import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:https'
import { after, before, test } from 'node:test'
import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import { toNodeHandler } from '../../src/adapters/node.ts'
import { createLatchkey } from '../../src/index.ts'
import { seriousViolations } from '../support/accessibility.ts'
import type { Certificate } from '../support/certificate.ts'
import { DEVICE_BINDING_ARGS, newProfile, openChromium } from '../support/chromium.ts'
import { exec } from '../support/exec.ts'
import { freePort, unreadBytes } from '../support/raw-http.ts'
import { takeScreenshot } from '../support/screenshots.ts'
import { type Sites, startSites } from '../support/sites.ts'
import { PASSWORD } from '../support/test-client.ts'
import { signInOnPage } from '../support/ui-sign-in.ts'
import { waitFor } from '../support/wait-for.ts'

const DEVICE = '__Host-latchkey_device'
const SESSION = '__Host-latchkey_session'

let sites: Sites
let profile = ''
let browser: BrowserContext
before(async () => {
  sites = await startSites()
  profile = await newProfile()
  browser = await reopen()
})
after(async () => {
  await browser?.close()
  await sites?.[Symbol.asyncDispose]()
  await rm(profile, { recursive: true, force: true })
})

const reopen = () => openChromium({ profile, spki: sites.certificate.spki, args: DEVICE_BINDING_ARGS })

async function cookieNamed(name: string, context = browser): Promise<string | undefined> {
  return (await context.cookies(sites.latchkey)).find((cookie) => cookie.name === name)?.value
}

const forgetDevice = () => browser.clearCookies({ name: DEVICE })

async function signedInPage(username: string, path = '/sign-in'): Promise<Page> {
  const page = await browser.newPage()
  await signInOnPage(page, `${sites.latchkey}${path}`, username)
  await waitFor('the sign-in to be bound', async () => (await cookieNamed(DEVICE)) !== undefined)
  return page
}

/** Statuses of concurrent requests of the page with cookies only. */
function readTimes(page: Page, times: number): Promise<readonly number[]> {
  return page.evaluate((count) => Promise.all(Array.from({ length: count }, async () => (await fetch('/access/session')).status)), times)
}

async function recordOf(
  page: Page,
): Promise<readonly { readonly action: string; readonly outcome: string; readonly severity: string; readonly userAgent: string }[]> {
  return page.evaluate(async () => (await (await fetch('/access/audit-events')).json()).events)
}

/** An application with embedded Latchkey, whose form shows the signed-in user. */
async function startApplication({ cert, key }: Certificate): Promise<{ readonly url: string } & AsyncDisposable> {
  const port = await freePort()
  const url = `https://app.test:${port}`
  const latchkey = await createLatchkey({ publicUrl: url, databaseUrl: 'sqlite::memory:', secret: 'a-secret-of-at-least-32-characters' })
  const handler = toNodeHandler(latchkey)
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, async (incoming, outgoing) => {
    if (incoming.url !== '/form') return handler(incoming, outgoing)
    const page = (body: string) => outgoing.setHeader('content-type', 'text/html').end(`<!doctype html><title>form</title>${body}`)
    if (incoming.method === 'GET') return page('<form method="post"><input name="kept" value="as it was"><button>Send</button></form>')
    const body = Buffer.concat(await incoming.toArray()).toString()
    // Only identifies the user: a real application needs a CSRF token of its own.
    const headers = new Headers({ cookie: incoming.headers.cookie ?? '' })
    const authenticated = await latchkey.authenticate(new Request(url, { headers }))
    const view = authenticated.ok ? await latchkey.session(authenticated.principal) : authenticated.error
    return page(`<p>${body}</p><p id="user">${'username' in view ? view.username : view.code}</p>`)
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await latchkey.close()
    },
  }
}

async function alarms(page: Page) {
  return (await recordOf(page)).filter(({ severity }) => severity === 'alarm')
}

interface BindingEvent {
  readonly refreshEventDetails?: { readonly refreshResult: string; readonly wasFullyProactiveRefresh?: boolean }
  readonly creationEventDetails?: { readonly fetchResult: string }
  readonly terminationEventDetails?: object
}

/** Events of the browser's side of the binding, from its developer tools. */
async function listen(page: Page): Promise<{ readonly events: BindingEvent[]; readonly tools: CDPSession }> {
  const tools = await browser.newCDPSession(page)
  const events: BindingEvent[] = []
  // The types of the protocol do not include these yet.
  const untyped = tools as unknown as {
    send(method: string, params?: object): Promise<unknown>
    on(name: string, listener: (event: BindingEvent) => void): void
  }
  untyped.on('Network.deviceBoundSessionEventOccurred', (event) => events.push(event))
  await untyped.send('Network.enable')
  await untyped.send('Network.enableDeviceBoundSessions', { enable: true })
  return { events, tools }
}

const refreshes = (events: readonly BindingEvent[]) => events.filter(({ refreshEventDetails }) => refreshEventDetails !== undefined)

test('a sign-in on the page is bound shortly after, and the device list and the audit log show it', async () => {
  const page = await signedInPage('bound', '/register')
  const sessions = await page.evaluate(async () => (await (await fetch('/access/sessions')).json()) as { bound: boolean }[])
  ok(sessions.length > 0 && sessions.every(({ bound }) => bound))
  ok((await recordOf(page)).some(({ action, outcome }) => action === 'device.bind' && outcome === 'success'))
  deepEqual(await alarms(page), [])
  await page.close()
})

test('a missing device proof is renewed before navigations and single, concurrent and POST fetches: no request arrives without it', async () => {
  const page = await browser.newPage()
  await page.goto(`${sites.latchkey}/signed-out`)
  const { events } = await listen(page)
  await forgetDevice()
  deepEqual(await readTimes(page, 1), [200])
  equal(refreshes(events).length, 1)
  await forgetDevice()
  deepEqual(await readTimes(page, 8), Array(8).fill(200))
  equal(refreshes(events).length, 2)
  await forgetDevice()
  const requested = page.waitForRequest((each) => each.isNavigationRequest())
  await page.goto(`${sites.latchkey}/account`)
  match((await (await requested).allHeaders()).cookie ?? '', /latchkey_device=/)
  await forgetDevice()
  const posted = page.waitForRequest((each) => each.method() === 'POST' && each.url().endsWith('/access/audit-events'))
  const status = await page.evaluate(async () => {
    const { token } = await (await fetch('/access/token', { method: 'POST' })).json()
    const headers = { authorization: token, 'content-type': 'application/json' }
    const body = JSON.stringify({ action: 'order.placed', detail: { kept: 'as it was' } })
    return (await fetch('/access/audit-events', { method: 'POST', headers, body })).status
  })
  equal(status, 201)
  match((await (await posted).allHeaders()).cookie ?? '', /latchkey_device=/)
  equal((await recordOf(page))[0]?.action, 'order.placed')
  deepEqual(await alarms(page), [])
  await page.close()
})

test('a form post to an application with embedded Latchkey waits for the renewal and arrives complete', async () => {
  await using application = await startApplication(sites.certificate)
  const page = await browser.newPage()
  await signInOnPage(page, `${application.url}/register`, 'poster')
  await waitFor('the sign-in to be bound', async () => (await browser.cookies(application.url)).some(({ name }) => name === DEVICE))
  await page.goto(`${application.url}/form`)
  await forgetDevice()
  await page.getByRole('button').click()
  await page.getByText('kept=as+it+was').waitFor()
  equal(await page.locator('#user').textContent(), 'poster')
  await page.close()
})

test('after a browser restart the remember-me login starts a session that is bound as before', async () => {
  const last = await browser.newPage()
  await last.goto(`${sites.latchkey}/docs/errors`)
  const before = await cookieNamed(DEVICE)
  ok(before)
  await forgetDevice()
  await browser.close()
  browser = await reopen()
  const page = await browser.newPage()
  await page.goto(`${sites.latchkey}/sign-in?return=/docs/errors`)
  await page.waitForURL(({ pathname }) => pathname === '/docs/errors')
  deepEqual(await readTimes(page, 2), [200, 200])
  notEqual(await cookieNamed(DEVICE), before)
  deepEqual(await alarms(page), [])
  await page.close()
})

test('a server that is down during a renewal and returns signs out no user', async () => {
  const page = await browser.newPage()
  await page.goto(`${sites.latchkey}/docs/errors`)
  await forgetDevice()
  await sites.restartServer(async () => {
    const statuses = await page.evaluate(async () => (await fetch('/access/session').catch(() => undefined))?.status)
    equal(statuses, undefined)
  })
  await waitFor('the browser to have renewed', async () => (await readTimes(page, 1))[0] === 200)
  deepEqual(await alarms(page), [])
  await page.close()
})

test('when the server is killed during a renewal, the waiting request fails and the next one succeeds', async () => {
  const page = await browser.newPage()
  await page.goto(`${sites.latchkey}/docs/errors`)
  const { events } = await listen(page)
  await forgetDevice()
  sites.server.process.kill('SIGSTOP')
  const pending = page.evaluate(async () => (await fetch('/access/session').catch(() => undefined))?.status)
  await waitFor('the renewal to reach the server', () => unreadBytes(Number(new URL(sites.latchkey).port)) > 0)
  await sites.restartServer()
  notEqual(await pending, 401)
  await waitFor('the browser to have renewed', async () => (await readTimes(page, 1))[0] === 200)
  ok(
    refreshes(events).some(({ refreshEventDetails }) => refreshEventDetails?.refreshResult === 'Refreshed'),
    JSON.stringify(events),
  )
  deepEqual(await alarms(page), [])
  await page.close()
})

test('a proof that expires soon is renewed ahead, without delaying requests', async () => {
  const page = await browser.newPage()
  await page.goto(`${sites.latchkey}/docs/errors`)
  deepEqual(await readTimes(page, 1), [200])
  const [cookie] = (await browser.cookies(sites.latchkey)).filter(({ name }) => name === DEVICE)
  ok(cookie)
  const expiresSoon = Math.floor(Date.now() / 1000) + 60
  await browser.addCookies([{ ...cookie, expires: expiresSoon }])
  const { events } = await listen(page)
  deepEqual(await readTimes(page, 1), [200])
  await waitFor('the proof to be renewed', async () => {
    const [renewed] = (await browser.cookies(sites.latchkey)).filter(({ name }) => name === DEVICE)
    return renewed !== undefined && renewed.value !== cookie.value && renewed.expires > expiresSoon + 300
  })
  ok(
    refreshes(events).every(({ refreshEventDetails }) => refreshEventDetails?.wasFullyProactiveRefresh),
    JSON.stringify(events),
  )
  deepEqual(await alarms(page), [])
  await page.close()
})

test('a link from another site arrives signed in when the proof has expired', async () => {
  const page = await browser.newPage()
  await page.goto(sites.otherSite)
  await forgetDevice()
  const requested = page.waitForRequest((each) => each.url().endsWith('/docs/errors') && each.isNavigationRequest())
  await page.evaluate((address) => {
    location.href = address
  }, `${sites.latchkey}/docs/errors`)
  const { cookie = '' } = await (await requested).allHeaders()
  match(cookie, /latchkey_device=/)
  await page.waitForURL('**/docs/errors')
  deepEqual(await readTimes(page, 1), [200])
  await page.close()
})

test('a copied cookie jar is useless in a second browser and in curl; the owner stays signed in and sees an alarm', async () => {
  const page = await browser.newPage()
  await page.goto(`${sites.latchkey}/docs/errors`)
  deepEqual(await readTimes(page, 1), [200])
  const jar = (await browser.cookies(sites.latchkey)).filter(({ name }) => name !== DEVICE)
  ok(jar.some(({ name }) => name === SESSION))
  const attacker = await openChromium({ spki: sites.certificate.spki, args: DEVICE_BINDING_ARGS })
  try {
    await attacker.addCookies(jar)
    const attackerPage = await attacker.newPage()
    await attackerPage.goto(`${sites.latchkey}/docs/errors`)
    deepEqual(await readTimes(attackerPage, 2), [401, 401])
    equal(await attackerPage.evaluate(async () => (await fetch('/access/token', { method: 'POST' })).status), 401)
    await attackerPage.goto(`${sites.latchkey}/account`)
    await attackerPage.waitForURL('**/sign-in**')
  } finally {
    await attacker.close()
  }
  const header = jar.map(({ name, value }) => `${name}=${value}`).join('; ')
  const { port } = new URL(sites.latchkey)
  const resolved = ['--resolve', `api.app.test:${port}:127.0.0.1`, '--cacert', sites.certificate.cert]
  const curl = (...more: readonly string[]) =>
    exec('curl', ['-s', '-o', '/dev/null', '-w', '%{http_code}', ...resolved, '-b', header, ...more])
  for (const path of ['/access/session', '/access/audit-events', '/access/verify', '/access/client-data', '/access/sessions'])
    equal(await curl('-H', 'X-Original-Method: GET', `${sites.latchkey}${path}`), '401', path)
  equal(await curl('-X', 'POST', `${sites.latchkey}/access/token`), '401')
  const session = jar.find(({ name }) => name === SESSION)?.value
  equal(await curl('-H', `Authorization: Session ${session}`, `${sites.latchkey}/access/session`), '401')

  deepEqual(await readTimes(page, 3), [200, 200, 200])
  const events = await alarms(page)
  ok(
    events.every(({ severity }) => severity === 'alarm') && events.some(({ userAgent }) => userAgent.startsWith('curl/')),
    JSON.stringify(events),
  )
  await page.close()
})

test('the account page shows the binding and the alarm of a copy, which the owner can confirm', async () => {
  const page = await browser.newPage()
  await page.goto(`${sites.latchkey}/account`)
  const alarm = page.getByRole('alert').filter({ hasText: 'a copy of your sign-in was presented' }).filter({ hasText: 'curl' })
  await alarm.waitFor()
  match((await alarm.textContent()) ?? '', /It was refused: your sign-in is bound to your device/)
  await page.getByText('Bound to the device').first().waitFor()
  await page.getByText('A copy of a sign-in was presented and refused').first().waitFor()
  await takeScreenshot(page, 'account-copy')
  await alarm.getByRole('button', { name: 'That was me' }).click()
  await waitFor('the alarm to go', async () => (await alarm.count()) === 0)
  deepEqual(await seriousViolations(page), [])
  await page.close()
})

test('a second sign-in replaces the binding, and logout removes it', async () => {
  const first = await cookieNamed(SESSION)
  const page = await browser.newPage()
  const { events } = await listen(page)
  await page.goto(`${sites.latchkey}/signed-out`)
  const status = await page.evaluate(
    async (body) => {
      const headers = { 'content-type': 'application/json' }
      return (await fetch('/access/login', { method: 'POST', headers, body: JSON.stringify(body) })).status
    },
    { username: 'bound', password: PASSWORD, remember: true },
  )
  equal(status, 200)
  notEqual(await cookieNamed(SESSION), first)
  await waitFor('the second to be bound', async () => (await cookieNamed(DEVICE)) !== undefined)
  await forgetDevice()
  deepEqual(await readTimes(page, 4), [200, 200, 200, 200])
  const ended = await page.evaluate(async () => {
    const { token, user } = await (await fetch('/access/token', { method: 'POST' })).json()
    return (await fetch(`/access/logout/${user.id}`, { method: 'POST', headers: { authorization: token } })).status
  })
  equal(ended, 200)
  const before = refreshes(events).length
  deepEqual(await readTimes(page, 2), [401, 401])
  deepEqual(await readTimes(page, 2), [401, 401])
  ok(refreshes(events).length - before <= 1)
  equal(await cookieNamed(DEVICE), undefined)
  await page.close()
})
