// A browser with a profile on disk is closed and opened again: the session is gone, the remembered login signs in without a
// password; two tabs at once raise no alarm; a copy that somebody else uses does, and the person is told.

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

/** Actions and outcomes of the user's record, newest first, asked from a page of the application. */
async function recordOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(async (latchkey) => {
    const { createClient } = await import(`${location.origin}/client.js`)
    const { events } = await createClient({ url: latchkey }).auditEvents.list()
    return events.map(({ action, outcome }: { action: string; outcome: string }) => `${action} ${outcome}`)
  }, sites.latchkey)
}

async function signedInUser(page: Page): Promise<string | null> {
  return page.evaluate(async (latchkey) => {
    const { createClient } = await import(`${location.origin}/client.js`)
    return (await createClient({ url: latchkey }).session())?.user.username ?? null
  }, sites.latchkey)
}

test('a closed page keeps the session, a closed browser does not; the remembered login signs in again', async () => {
  const page = await browser.newPage()
  await signInOnPage(page, `${sites.latchkey}/register`, 'restarter')
  deepEqual([...(await ourCookies())].sort(), ['remember', 'session'])
  await page.close()
  deepEqual([...(await ourCookies())].sort(), ['remember', 'session'])

  await browser.close()
  browser = await reopen()
  deepEqual(await ourCookies(), ['remember'])
  const first = await browser.newPage()
  const asked = first.waitForRequest((each) => each.url().startsWith(sites.latchkey))
  const arrived = first.waitForResponse((each) => each.url().endsWith('/access/token'))
  await first.goto(`${sites.latchkey}/sign-in?return=/docs/errors`)
  const { cookie = '' } = await (await asked).allHeaders()
  ok(cookie.includes('latchkey_remember=') && !cookie.includes('latchkey_session='))
  equal((await arrived).status(), 200)
  await first.waitForURL('**/docs/errors')
  deepEqual([...(await ourCookies())].sort(), ['remember', 'session'])
})

test('two pages that start together, on two origins, are both signed in, and nobody is alarmed', async () => {
  for (let turn = 0; turn < 3; turn += 1) {
    await browser.close()
    browser = await reopen()
    const pages = await Promise.all([browser.newPage(), browser.newPage(), browser.newPage()])
    await Promise.all(pages.map((page, at) => page.goto(at === 0 ? `${sites.latchkey}/signed-out` : sites.app)))
    const names = await Promise.all(
      pages.map((page) =>
        // No lock and no channel: what is left is the server.
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

/** Somebody elsewhere, with a copied cookie and a program of their own. */
function present(cookie: string, path: string, method = 'POST'): Promise<{ readonly status: number; readonly text: string }> {
  const { port } = new URL(sites.latchkey)
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port, path, method, headers: { cookie, 'user-agent': 'Thief/1.0' }, rejectUnauthorized: false },
      (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      },
    )
    asked.on('error', reject)
    asked.end()
  })
}

test('a copy used after its owner: refused, that lineage ends, and the page tells the person what happened', async () => {
  const elsewhere = await openChromium({ spki: sites.certificate.spki })
  try {
    const other = await elsewhere.newPage()
    await signInOnPage(other, `${sites.latchkey}/sign-in`, 'restarter')

    await browser.close()
    browser = await reopen()
    const copied = (await browser.cookies(sites.latchkey)).find(({ name }) => name.endsWith('remember'))
    ok(copied)
    const page = await browser.newPage()
    await page.goto(sites.app)
    equal(await signedInUser(page), 'restarter')
    // The session born of the rotation is used: from here on the copy is not a lost answer any more.
    ok((await recordOf(page)).length > 0)

    const refused = await present(`${copied.name}=${copied.value}`, '/access/token')
    equal(refused.status, 401)
    match(refused.text, /"reason":"theft_suspected"/)
    equal(await signedInUser(page), null)

    await page.goto(`${sites.latchkey}/account`)
    await page.waitForURL('**/sign-in?**')
    await page.getByText('Someone else may have used this sign-in').waitFor()
    await fillCredentials(page, 'restarter')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Someone else may have used your sign-in' }).waitFor()
    const told = ((await page.locator('#compromise').textContent()) ?? '').replaceAll('\u202f', ' ')
    match(told, /It was used on .*20\d\d at .* from 127\.0\.0\.1 \(Thief\/1\.0\)/)
    match(told, /Before that, it was used on .* from 127\.0\.0\.1 \(Chromium on Linux\)/)

    // The other device never noticed.
    await other.goto(`${sites.latchkey}/sign-in?return=/docs/errors`)
    await other.waitForURL('**/docs/errors')
  } finally {
    await elsewhere.close()
  }
})

test('a sign-out reaches a browser that was closed meanwhile', async () => {
  const page = await browser.newPage()
  await page.goto(sites.app)
  await page.evaluate(async (latchkey) => {
    const { createClient } = await import(`${location.origin}/client.js`)
    await createClient({ url: latchkey }).logout({ everywhere: true })
  }, sites.latchkey)
  deepEqual(await ourCookies(), [])
  await browser.close()
  browser = await reopen()
  const again = await browser.newPage()
  await again.goto(`${sites.latchkey}/account`)
  await waitFor('the sign-in page', () => again.url().startsWith(`${sites.latchkey}/sign-in`))
})
