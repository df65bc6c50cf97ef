// Sign-ins bound to the device by a real Chromium, which is told to keep its keys in software: bound, renewed, restarted, signed out and
// in; and the whole cookie jar in the hands of somebody else, in a second browser and in curl.

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

async function cookieNamed(name: string, of = browser): Promise<string | undefined> {
  return (await of.cookies(sites.latchkey)).find((cookie) => cookie.name === name)?.value
}

const forgetDevice = () => browser.clearCookies({ name: DEVICE })

async function signedInPage(username: string, path = '/sign-in'): Promise<Page> {
  const page = await browser.newPage()
  await signInOnPage(page, `${sites.latchkey}${path}`, username)
  await waitFor('the sign-in to be bound', async () => (await cookieNamed(DEVICE)) !== undefined)
  return page
}

/** Statuses of requests that a script of the page makes, with cookies alone. */
function readTimes(page: Page, times: number): Promise<readonly number[]> {
  return page.evaluate((count) => Promise.all(Array.from({ length: count }, async () => (await fetch('/access/session')).status)), times)
}

async function recordOf(
  page: Page,
): Promise<readonly { readonly action: string; readonly outcome: string; readonly severity: string; readonly userAgent: string }[]> {
  return page.evaluate(async () => (await (await fetch('/access/audit-events')).json()).events)
}

/** A host with Latchkey inside, and a form of its own that names who has sent it. */
async function startApplication({ cert, key }: Certificate): Promise<{ readonly url: string } & AsyncDisposable> {
  const port = await freePort()
  const url = `https://app.test:${port}`
  const latchkey = await createLatchkey({ publicUrl: url, databaseUrl: 'sqlite::memory:', secret: 'a-secret-of-at-least-32-characters' })
  const own = toNodeHandler(latchkey)
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, async (incoming, outgoing) => {
    if (incoming.url !== '/form') return own(incoming, outgoing)
    const page = (body: string) => outgoing.setHeader('content-type', 'text/html').end(`<!doctype html><title>form</title>${body}`)
    if (incoming.method === 'GET') return page('<form method="post"><input name="kept" value="as it was"><button>Send</button></form>')
    const body = Buffer.concat(await incoming.toArray()).toString()
    // Who it is; whether they may change something by a form is for a token of the application's own.
    const headers = new Headers({ cookie: incoming.headers.cookie ?? '' })
    const who = await latchkey.authenticate(new Request(url, { headers }))
    const view = who.ok ? await latchkey.session(who.principal) : who.error
    return page(`<p>${body}</p><p id="who">${'username' in view ? view.username : view.code}</p>`)
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

/** What the browser's own half of it does, as its developer tools are told. */
async function listen(page: Page): Promise<{ readonly events: BindingEvent[]; readonly tools: CDPSession }> {
  const tools = await browser.newCDPSession(page)
  const events: BindingEvent[] = []
  // The protocol's types do not know these yet.
  const untyped = tools as unknown as {
    send(method: string, params?: object): Promise<unknown>
    on(name: string, heard: (event: BindingEvent) => void): void
  }
  untyped.on('Network.deviceBoundSessionEventOccurred', (event) => events.push(event))
  await untyped.send('Network.enable')
  await untyped.send('Network.enableDeviceBoundSessions', { enable: true })
  return { events, tools }
}

const refreshes = (events: readonly BindingEvent[]) => events.filter(({ refreshEventDetails }) => refreshEventDetails !== undefined)

test('a sign-in on the page is bound within a moment, and says so in the list and in the record', async () => {
  const page = await signedInPage('bound', '/register')
  const sessions = await page.evaluate(async () => (await (await fetch('/access/sessions')).json()) as { bound: boolean }[])
  ok(sessions.length > 0 && sessions.every(({ bound }) => bound))
  ok((await recordOf(page)).some(({ action, outcome }) => action === 'device.bind' && outcome === 'success'))
  deepEqual(await alarms(page), [])
  await page.close()
})

test('where its proof is gone it is renewed before a navigation, a fetch, many at once and a form: nothing arrives without', async () => {
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
  const asked = page.waitForRequest((each) => each.isNavigationRequest())
  await page.goto(`${sites.latchkey}/account`)
  match((await (await asked).allHeaders()).cookie ?? '', /latchkey_device=/)
  await forgetDevice()
  const posted = page.waitForRequest((each) => each.method() === 'POST' && each.url().endsWith('/access/audit-events'))
  const answer = await page.evaluate(async () => {
    const { token } = await (await fetch('/access/token', { method: 'POST' })).json()
    const headers = { authorization: token, 'content-type': 'application/json' }
    const body = JSON.stringify({ action: 'order.placed', detail: { kept: 'as it was' } })
    return (await fetch('/access/audit-events', { method: 'POST', headers, body })).status
  })
  equal(answer, 201)
  match((await (await posted).allHeaders()).cookie ?? '', /latchkey_device=/)
  equal((await recordOf(page))[0]?.action, 'order.placed')
  deepEqual(await alarms(page), [])
  await page.close()
})

test('a form of an application with Latchkey inside is held, renewed, and arrives whole', async () => {
  await using application = await startApplication(sites.certificate)
  const page = await browser.newPage()
  await signInOnPage(page, `${application.url}/register`, 'poster')
  await waitFor('the sign-in to be bound', async () => (await browser.cookies(application.url)).some(({ name }) => name === DEVICE))
  await page.goto(`${application.url}/form`)
  await forgetDevice()
  await page.getByRole('button').click()
  await page.getByText('kept=as+it+was').waitFor()
  equal(await page.locator('#who').textContent(), 'poster')
  await page.close()
})

test('the browser is closed and opened again: the remembered login is restored, and bound as before', async () => {
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

test('the server is away when a proof is to be renewed, and comes back: nobody is signed out', async () => {
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

test('the server is killed with a renewal in its hands: the request that was held for it fails, the next one goes through', async () => {
  const page = await browser.newPage()
  await page.goto(`${sites.latchkey}/docs/errors`)
  const { events } = await listen(page)
  await forgetDevice()
  sites.server.process.kill('SIGSTOP')
  const held = page.evaluate(async () => (await fetch('/access/session').catch(() => undefined))?.status)
  await waitFor('the renewal to have reached it', () => unreadBytes(Number(new URL(sites.latchkey).port)) > 0)
  await sites.restartServer()
  notEqual(await held, 401)
  await waitFor('the browser to have renewed', async () => (await readTimes(page, 1))[0] === 200)
  ok(
    refreshes(events).some(({ refreshEventDetails }) => refreshEventDetails?.refreshResult === 'Refreshed'),
    JSON.stringify(events),
  )
  deepEqual(await alarms(page), [])
  await page.close()
})

test('a proof that is near its end is renewed ahead: the request that comes meanwhile is not held up', async () => {
  const page = await browser.newPage()
  await page.goto(`${sites.latchkey}/docs/errors`)
  deepEqual(await readTimes(page, 1), [200])
  const [cookie] = (await browser.cookies(sites.latchkey)).filter(({ name }) => name === DEVICE)
  ok(cookie)
  const nearItsEnd = Math.floor(Date.now() / 1000) + 60
  await browser.addCookies([{ ...cookie, expires: nearItsEnd }])
  const { events } = await listen(page)
  deepEqual(await readTimes(page, 1), [200])
  await waitFor('the proof to be renewed', async () => {
    const [now] = (await browser.cookies(sites.latchkey)).filter(({ name }) => name === DEVICE)
    return now !== undefined && now.value !== cookie.value && now.expires > nearItsEnd + 300
  })
  ok(
    refreshes(events).every(({ refreshEventDetails }) => refreshEventDetails?.wasFullyProactiveRefresh),
    JSON.stringify(events),
  )
  deepEqual(await alarms(page), [])
  await page.close()
})

test('a link from another site, when the proof has expired, arrives signed in', async () => {
  const page = await browser.newPage()
  await page.goto(sites.otherSite)
  await forgetDevice()
  const asked = page.waitForRequest((each) => each.url().endsWith('/docs/errors') && each.isNavigationRequest())
  await page.evaluate((address) => {
    location.href = address
  }, `${sites.latchkey}/docs/errors`)
  const { cookie = '' } = await (await asked).allHeaders()
  match(cookie, /latchkey_device=/)
  await page.waitForURL('**/docs/errors')
  deepEqual(await readTimes(page, 1), [200])
  await page.close()
})

test('the cookie jar, copied without the device, gets nothing in a second browser and in curl; the owner goes on and is told', async () => {
  const page = await browser.newPage()
  await page.goto(`${sites.latchkey}/docs/errors`)
  deepEqual(await readTimes(page, 1), [200])
  const jar = (await browser.cookies(sites.latchkey)).filter(({ name }) => name !== DEVICE)
  ok(jar.some(({ name }) => name === SESSION))
  const thief = await openChromium({ spki: sites.certificate.spki, args: DEVICE_BINDING_ARGS })
  try {
    await thief.addCookies(jar)
    const elsewhere = await thief.newPage()
    await elsewhere.goto(`${sites.latchkey}/docs/errors`)
    deepEqual(await readTimes(elsewhere, 2), [401, 401])
    equal(await elsewhere.evaluate(async () => (await fetch('/access/token', { method: 'POST' })).status), 401)
    await elsewhere.goto(`${sites.latchkey}/account`)
    await elsewhere.waitForURL('**/sign-in**')
  } finally {
    await thief.close()
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
  const told = await alarms(page)
  ok(
    told.every(({ severity }) => severity === 'alarm') && told.some(({ userAgent }) => userAgent.startsWith('curl/')),
    JSON.stringify(told),
  )
  await page.close()
})

test('the account page says what is bound, and what a copy got; its owner says that it was them, or ends everything', async () => {
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

test('a second sign-in ends the first binding and has its own; after logout the browser forgets', async () => {
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
