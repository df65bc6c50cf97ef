// A browser restart with a profile on disk: the session is gone, the remember-me login signs in without a password; concurrent tabs raise
// no alarm; the use of a copy does, and the user sees the evidence.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { request } from 'node:https'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { newProfile, openChromium } from '../support/chromium.ts'
import { type Sites, startSites } from '../support/sites.ts'
import { fillCredentials, signInOnPage } from '../support/ui-sign-in.ts'
import { waitFor } from '../support/wait-for.ts'

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

function reopen(): Promise<BrowserContext> {
  return openChromium({ profile, spki: sites.certificate.spki })
}

async function ourCookies(): Promise<readonly string[]> {
  const cookies = await browser.cookies(sites.latchkey)
  return cookies.map(({ name }) => name.replace('__Host-latchkey_', '')).filter((name) => name === 'session' || name === 'remember')
}

/** Actions and severities of the user's audit log, newest first, read in a page of the application. */
async function recordOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(async (latchkey) => {
    const { createClient } = await import(`${location.origin}/client.js`)
    const { events } = await createClient({ url: latchkey }).auditEvents.list()
    return events.map(({ action, severity }: { action: string; severity: string }) => `${action} ${severity}`)
  }, sites.latchkey)
}

async function signedInUser(page: Page): Promise<string | null> {
  return page.evaluate(async (latchkey) => {
    const { createClient } = await import(`${location.origin}/client.js`)
    return (await createClient({ url: latchkey }).session())?.user.username ?? null
  }, sites.latchkey)
}

test('a closed page keeps the session, a closed browser does not; the remember-me login signs in again', async () => {
  const page = await browser.newPage()
  await signInOnPage(page, `${sites.latchkey}/register`, 'restarter')
  deepEqual([...(await ourCookies())].sort(), ['remember', 'session'])
  await page.close()
  deepEqual([...(await ourCookies())].sort(), ['remember', 'session'])

  await browser.close()
  browser = await reopen()
  deepEqual(await ourCookies(), ['remember'])
  const first = await browser.newPage()
  const requested = first.waitForRequest((each) => each.url().startsWith(sites.latchkey))
  const responded = first.waitForResponse((each) => each.url().endsWith('/access/token'))
  await first.goto(`${sites.latchkey}/sign-in?return=/docs/errors`)
  const { cookie = '' } = await (await requested).allHeaders()
  ok(cookie.includes('latchkey_remember=') && !cookie.includes('latchkey_session='))
  equal((await responded).status(), 200)
  await first.waitForURL('**/docs/errors')
  deepEqual([...(await ourCookies())].sort(), ['remember', 'session'])
})

test('concurrent pages on two origins are all signed in, without an alarm', async () => {
  for (let round = 0; round < 3; round += 1) {
    await browser.close()
    browser = await reopen()
    const pages = await Promise.all([browser.newPage(), browser.newPage(), browser.newPage()])
    await Promise.all(pages.map((page, index) => page.goto(index === 0 ? `${sites.latchkey}/signed-out` : sites.app)))
    const names = await Promise.all(
      pages.map((page) =>
        // Without the client there is no lock and no channel: only the server handles the concurrency.
        page.evaluate(async (latchkey) => {
          const response = await fetch(`${latchkey}/access/token`, { method: 'POST', credentials: 'include' })
          return (await response.json()).user?.username
        }, sites.latchkey),
      ),
    )
    deepEqual(names, ['restarter', 'restarter', 'restarter'])
    const page = pages[1]
    ok(page)
    equal(await signedInUser(page), 'restarter')
    ok(!(await recordOf(page)).some((line) => line.endsWith('alarm')))
  }
})

/** The attacker's program: sends a copied cookie. */
function sendCopied(cookie: string, path: string, method = 'POST'): Promise<{ readonly status: number; readonly text: string }> {
  const { port } = new URL(sites.latchkey)
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, path, method, headers: { cookie, 'user-agent': 'Attacker/1.0' }, rejectUnauthorized: false },
      (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      },
    )
    outgoing.on('error', reject)
    outgoing.end()
  })
}

test('a copied remember-me value used after its owner is rejected, revokes the lineage, and the page shows the evidence', async () => {
  const otherDevice = await openChromium({ spki: sites.certificate.spki })
  try {
    const other = await otherDevice.newPage()
    await signInOnPage(other, `${sites.latchkey}/sign-in`, 'restarter')

    await browser.close()
    browser = await reopen()
    const copiedCookie = (await browser.cookies(sites.latchkey)).find(({ name }) => name.endsWith('remember'))
    ok(copiedCookie)
    const page = await browser.newPage()
    await page.goto(sites.app)
    equal(await signedInUser(page), 'restarter')
    // The session of the rotation is used: from now on the old value is reuse, not the retry of a lost response.
    ok((await recordOf(page)).length > 0)

    const rejected = await sendCopied(`${copiedCookie.name}=${copiedCookie.value}`, '/access/token')
    equal(rejected.status, 401)
    match(rejected.text, /"reason":"theft_suspected"/)
    equal(await signedInUser(page), null)

    await page.goto(`${sites.latchkey}/account`)
    await page.waitForURL('**/sign-in?**')
    await page.getByText('Someone else may have used this sign-in').waitFor()
    await fillCredentials(page, 'restarter')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Someone else may have used your sign-in' }).waitFor()
    const notice = ((await page.locator('#compromise').textContent()) ?? '').replaceAll('\u202f', ' ')
    match(notice, /It was used on .*20\d\d at .* from 127\.0\.0\.1 \(Attacker\/1\.0\)/)
    match(notice, /Before that, it was used on .* from 127\.0\.0\.1 \(Chromium on Linux\)/)

    // The other device stays signed in.
    await other.goto(`${sites.latchkey}/sign-in?return=/docs/errors`)
    await other.waitForURL('**/docs/errors')
  } finally {
    await otherDevice.close()
  }
})

test('a sign-out holds after a browser restart', async () => {
  const page = await browser.newPage()
  await page.goto(sites.app)
  await page.evaluate(async (latchkey) => {
    const { createClient } = await import(`${location.origin}/client.js`)
    await createClient({ url: latchkey }).logout({ everywhere: true })
  }, sites.latchkey)
  deepEqual(await ourCookies(), [])
  await browser.close()
  browser = await reopen()
  const restarted = await browser.newPage()
  await restarted.goto(`${sites.latchkey}/account`)
  await waitFor('the sign-in page', () => restarted.url().startsWith(`${sites.latchkey}/sign-in`))
})
