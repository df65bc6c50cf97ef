// The signed-out page in a real browser: still signed in, remember-me only, several tabs, going back, failed sign-out, no JavaScript. And
// the error page of an unknown path.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { seriousViolations } from '../support/accessibility.ts'
import { openChromium } from '../support/chromium.ts'
import { type FlakyServer, startFlakyServer } from '../support/flaky-server.ts'
import { takeScreenshot } from '../support/screenshots.ts'
import { PASSWORD, TestClient } from '../support/test-client.ts'
import { fillCredentials, signInOnPage } from '../support/ui-sign-in.ts'
import { waitFor } from '../support/wait-for.ts'

let flaky: FlakyServer
let browser: BrowserContext
before(async () => {
  flaky = await startFlakyServer()
  browser = await openChromium()
})
after(async () => {
  await browser?.close()
  await flaky?.[Symbol.asyncDispose]()
})

const WAIT = { timeout: 60_000 }
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name, level: 1 }).waitFor(WAIT)
const sessionStatus = (page: Page) => page.evaluate(async () => (await fetch('/access/session')).status)

/** The account page of a new user, registered in this browser with remember-me. */
async function pageOf(username: string): Promise<Page> {
  await browser.clearCookies()
  const page = await browser.newPage()
  await signInOnPage(page, `${flaky.url}/register`, username)
  return page
}

/** As after a browser restart. */
const forgetSession = () => browser.clearCookies({ name: 'latchkey_session' })

test('/signed-out shows a signed-in user, and its button signs out', async () => {
  const page = await pageOf('stays')
  await page.goto(`${flaky.url}/signed-out`)
  await heading(page, 'You are still signed in as stays')
  equal(await sessionStatus(page), 200)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await heading(page, 'You are signed out')
  equal(await sessionStatus(page), 401)
  deepEqual(
    (await browser.cookies()).map(({ name }) => name).filter((name) => /_(session|remember)$/.test(name)),
    [],
  )
  await page.close()
})

test('/signed-out shows a remember-me login, and its button revokes it', async () => {
  const page = await pageOf('returns')
  await forgetSession()
  await page.goto(`${flaky.url}/signed-out`)
  await heading(page, 'This browser will sign you in again as returns')
  equal(await sessionStatus(page), 401)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await heading(page, 'You are signed out')
  await page.goto(`${flaky.url}/account`)
  await page.waitForURL('**/sign-in?**', WAIT)
  equal(await page.evaluate(async () => (await fetch('/access/token', { method: 'POST' })).status), 401)
  await page.close()
})

test('a sign-out that the server does not confirm never shows "signed out", here or on the account page', async () => {
  const page = await pageOf('unsure')
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().waitFor(WAIT)
  for (const mode of ['down', 'garbage'] as const) {
    flaky.mode = mode
    try {
      await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
      await page.getByRole('alert').first().waitFor(WAIT)
      equal(new URL(page.url()).pathname, '/account')
    } finally {
      flaky.mode = 'ok'
    }
  }
  await page.goto(`${flaky.url}/signed-out`)
  const button = page.getByRole('button', { name: 'Sign out' })
  flaky.mode = 'down'
  try {
    await button.click()
    match((await page.locator('#problem:not([hidden])').textContent(WAIT)) ?? '', /not confirmed/)
    await heading(page, 'You are still signed in as unsure')
    ok(await button.evaluate((element) => element === document.activeElement))
    await takeScreenshot(page, 'signed-out-not-confirmed', { whole: false })
  } finally {
    flaky.mode = 'ok'
  }
  await button.click()
  await heading(page, 'You are signed out')
  await page.close()
})

test('/signed-out follows sign-ins and sign-outs of other tabs', async () => {
  const page = await pageOf('tabs')
  await page.goto(`${flaky.url}/signed-out`)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await heading(page, 'You are signed out')
  const other = await browser.newPage()
  await signInOnPage(other, `${flaky.url}/sign-in`, 'tabs')
  await heading(page, 'You are still signed in as tabs')
  await other.getByRole('button', { name: 'Sign out', exact: true }).first().click()
  await other.waitForURL('**/signed-out**', WAIT)
  await heading(other, 'You are signed out')
  await page.bringToFront()
  // In a headless browser every tab is visible, so the event is dispatched here.
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await heading(page, 'You are signed out')
  await other.close()
  await page.close()
})

test('going back to /signed-out after a sign-in shows the sign-in, with or without the back-forward cache', async () => {
  const page = await pageOf('goesback')
  await page.goto(`${flaky.url}/signed-out`)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await heading(page, 'You are signed out')
  await page.getByRole('link', { name: 'Sign in again' }).click()
  await fillCredentials(page, 'goesback')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/account', WAIT)
  await page.goBack()
  await page.waitForURL('**/signed-out**', WAIT)
  await heading(page, 'You are still signed in as goesback')
  await page.close()
})

test('without JavaScript the page shows the user, and its button is disabled', async () => {
  const page = await pageOf('scriptless')
  await page.route('**/access/assets/*.js', (route) => route.abort())
  await page.goto(`${flaky.url}/signed-out`)
  await heading(page, 'You are still signed in as scriptless')
  ok(await page.getByRole('button', { name: 'Sign out' }).isDisabled())
  match((await page.locator('noscript').textContent()) ?? '', /Signing out needs JavaScript/)
  await page.close()
})

test('an open sign-in page hides its notice when another tab signs in, and keeps the input', async () => {
  const page = await pageOf('typing')
  await browser.clearCookies()
  const form = await browser.newPage()
  await form.goto(`${flaky.url}/sign-in?reason=idle`)
  await form.locator('#notice:not([hidden])').waitFor(WAIT)
  await fillCredentials(form, 'half', 'a name')
  const other = await browser.newPage()
  await signInOnPage(other, `${flaky.url}/sign-in`, 'typing')
  await form.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await form.locator('#notice').waitFor({ ...WAIT, state: 'hidden' })
  equal(await form.getByLabel('Username').inputValue(), 'half')
  for (const each of [page, form, other]) await each.close()
})

test('change-password leads to the password section, also through the sign-in page', async () => {
  const page = await pageOf('changes')
  const isAtPassword = () =>
    page.evaluate(() => {
      const { activeElement } = document
      const box = document.getElementById('password')?.getBoundingClientRect()
      return (
        activeElement?.getAttribute('autocomplete') === 'current-password' && box !== undefined && box.top < innerHeight && box.bottom > 0
      )
    })
  await page.goto(`${flaky.url}/.well-known/change-password`)
  await page.waitForURL('**/account#password', WAIT)
  await waitFor('the focus to be in the section', isAtPassword)
  await browser.clearCookies()
  await page.goto('about:blank')
  await page.goto(`${flaky.url}/.well-known/change-password`)
  await page.waitForURL('**/sign-in?**', WAIT)
  await fillCredentials(page, 'changes', PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/account#password', WAIT)
  await waitFor('the focus to be in the section', isAtPassword)
  await page.close()
})

test('an unknown path is an error page with status 404, and scripts still get the problem document', async () => {
  await browser.clearCookies()
  const page = await browser.newPage()
  const response = await page.goto(`${flaky.url}/Sign-In?x=<script>`)
  equal(response?.status(), 404)
  await heading(page, 'This page does not exist')
  const fetched = await page.evaluate(async () => {
    const { status, headers } = await fetch('/nothing', { headers: { accept: 'text/html' } })
    return [status, headers.get('content-type')]
  })
  deepEqual(fetched, [404, 'application/problem+json'])
  await page.getByRole('link', { name: '中文' }).click()
  await heading(page, '页面不存在')
  await page.getByRole('link', { name: '登录' }).click()
  await heading(page, '登录')
  await page.close()
})

test('none of these pages has a serious accessibility violation, in both languages and themes, on wide and narrow screens', async () => {
  const visitor = new TestClient(flaky.server.url)
  await visitor.register('looked', { remember: true })
  const faults: string[] = []
  for (const [locale, colorScheme, width] of [
    ['en', 'light', 1100],
    ['zh-CN', 'dark', 1100],
    ['zh-CN', 'light', 360],
    ['en', 'dark', 360],
  ] as const) {
    const context = await openChromium({ locale, colorScheme, viewport: { width, height: 740 } })
    try {
      const { hostname: domain } = new URL(flaky.url)
      const cookie = (kind: 'session' | 'remember') => ({ name: `latchkey_${kind}`, value: visitor.cookie(kind), domain, path: '/' })
      const page = await context.newPage()
      for (const [name, path, cookies] of [
        ['signed-out', '/signed-out', []],
        ['signed-out-still-signed-in', '/signed-out', [cookie('session')]],
        ['signed-out-remembered', '/signed-out', [cookie('remember')]],
        ['register-signed-in', '/register', [cookie('session')]],
        ['not-found', '/nothing', []],
        ['errors', '/docs/errors#session.required', []],
      ] as const) {
        await context.clearCookies()
        await context.addCookies([...cookies])
        await page.goto(flaky.url + path)
        await takeScreenshot(page, `${name}-${locale}-${colorScheme}-${width}`, { whole: false })
        ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} ${width}`)
        for (const fault of await seriousViolations(page)) faults.push(`${name} ${locale} ${colorScheme} ${width}: ${fault}`)
      }
    } finally {
      await context.close()
    }
  }
  deepEqual(faults, [])
})
