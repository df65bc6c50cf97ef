// The account page with a real server: devices, activity, password change, deletion, and errors.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { BrowserContext, Locator, Page } from 'playwright-core'
import { seriousViolations } from '../support/accessibility.ts'
import { openChromium } from '../support/chromium.ts'
import { type FlakyServer, startFlakyServer } from '../support/flaky-server.ts'
import { takeScreenshot } from '../support/screenshots.ts'
import { PASSWORD, TestClient } from '../support/test-client.ts'
import { signInOnPage } from '../support/ui-sign-in.ts'
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

/** The account page of a user who signs in on the page. */
async function openAccountPage(username: string, path: '/sign-in' | '/register' = '/register'): Promise<Page> {
  await browser.clearCookies()
  const page = await browser.newPage()
  await signInOnPage(page, flaky.url + path, username)
  await page.getByRole('heading', { name: 'My account', exact: true }).waitFor()
  return page
}

/** The same user, signed in with a program. */
async function otherClient(username: string): Promise<TestClient> {
  const visitor = new TestClient(flaky.server.url)
  await visitor.login(username)
  return visitor
}

const section = (page: Page, name: string): Locator => page.getByRole('region', { name })
const text = async (locator: Locator) => ((await locator.textContent()) ?? '').replaceAll('\u202f', ' ')
const isSignedIn = async (visitor: TestClient) => (await visitor.callWithToken('GET', '/access/session')).status === 200

test('each lineage is listed once; one is revoked, then all others', async () => {
  const page = await openAccountPage('lister')
  const [one, two, three] = [await otherClient('lister'), await otherClient('lister'), await otherClient('lister')]
  await page.reload()
  const sessions = section(page, 'My devices and sessions')
  await sessions.getByText('Node.js').first().waitFor()
  match(await text(sessions), /Chromium on Linux/)
  match(await text(sessions), /Remembered since .*2\d\d\d/)
  match(await text(sessions), /last seen .* from 127\.0\.0\.1/)
  equal(await sessions.getByText('Node.js').count(), 3)

  await sessions.locator('li.lineage', { hasText: 'Node.js' }).first().getByRole('button').click()
  await waitFor('one to be removed', async () => (await sessions.getByText('Node.js').count()) === 2)
  const stillSignedIn = await Promise.all([one, two, three].map(isSignedIn))
  equal(stillSignedIn.filter(Boolean).length, 2)

  await sessions.getByRole('button', { name: 'Sign out all other devices' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  deepEqual(await seriousViolations(page, '[role=dialog]'), [])
  await takeScreenshot(page, 'account-end-all-others', { whole: false })
  await dialog.getByRole('button', { name: /Sign out/ }).click()
  await waitFor('the others to be removed', async () => (await sessions.getByText('Node.js').count()) === 0)
  deepEqual(await Promise.all([one, two, three].map(isSignedIn)), [false, false, false])
  await page.close()
})

test('the account page shows an alarm with the evidence of both uses', async () => {
  const page = await openAccountPage('robbed')
  const copiedCookies = (await browser.cookies(flaky.url)).filter(({ name }) => name === 'latchkey_remember')
  await page.close()
  // A browser restart: the session cookie is deleted, the remember-me login is used and rotated.
  await browser.clearCookies({ name: 'latchkey_session' })
  const restarted = await browser.newPage()
  await restarted.goto(`${flaky.url}/account`)
  await section(restarted, 'My devices and sessions').getByText('Chromium on Linux').first().waitFor()
  const response = await fetch(`${flaky.server.url}/access/token`, {
    method: 'POST',
    headers: { cookie: `latchkey_remember=${copiedCookies[0]?.value}`, 'user-agent': 'curl/8.0' },
  })
  equal(response.status, 401)
  // The lineage is revoked: the page redirects with its next request.
  await restarted.reload()
  await restarted.waitForURL('**/sign-in?**')
  match(restarted.url(), /reason=theft_suspected/)
  await restarted.close()

  const home = await openAccountPage('robbed', '/sign-in')
  const alarm = home.getByRole('alert').first()
  await alarm.waitFor()
  match(await text(home.locator('main')), /curl/)
  await takeScreenshot(home, 'account-alarm')
  await home.getByRole('button', { name: 'That was me' }).click()
  await home.reload()
  await section(home, 'Activity').waitFor()
  await home.waitForLoadState('networkidle')
  equal(await home.getByRole('button', { name: 'That was me' }).count(), 0)
  await home.close()
})

test('the activity list has filters and a chart', async () => {
  const page = await openAccountPage('recorded')
  const visitor = await otherClient('recorded')
  await visitor.call('POST', '/access/audit-events', { body: { action: 'order.placed', detail: { number: 17 } } })
  await visitor.callWithCookies('POST', '/access/login', { body: { username: 'recorded', password: 'not-the-password-1' } })
  await page.reload()
  const record = section(page, 'Activity')
  await record.getByText('order.placed').waitFor()
  match((await record.locator('svg[role=img]').getAttribute('aria-label')) ?? '', /\d/)
  await record.getByLabel('Outcome').selectOption('failure')
  equal(await record.getByText('order.placed').count(), 0)
  await record.getByLabel('Outcome').selectOption('')
  await record.getByLabel('Search').fill('order')
  await waitFor('the search to narrow', async () => (await record.getByText('The account was created').count()) === 0)
  equal(await record.getByText('order.placed').count(), 1)
  await page.close()
})

test('a password change keeps this device signed in and signs out the others', async () => {
  const page = await openAccountPage('changer')
  const visitor = await otherClient('changer')
  const form = section(page, 'Change my password')
  const fill = async (current: string, next: string) => {
    await form.getByLabel('Current password').fill(current)
    await form.getByLabel('New password', { exact: true }).fill(next)
    await form.getByLabel('New password again').fill(next)
    await form.getByRole('button', { name: 'Change password' }).click()
  }
  await fill('not-the-password-1', 'nine-amber-kites-over-sand')
  await form.getByText(/is wrong/).waitFor()
  equal(await form.getByLabel('New password again').inputValue(), 'nine-amber-kites-over-sand')
  await fill(PASSWORD, 'nine-amber-kites-over-sand')
  await waitFor('the others to be signed out', async () => !(await isSignedIn(visitor)))
  equal(await page.evaluate(async () => (await fetch('/access/session')).status), 200)
  await page.close()
})

test('account data can be downloaded', async () => {
  const page = await openAccountPage('taker')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    section(page, 'Download my data').getByRole('button', { name: 'Download my data' }).click(),
  ])
  const exported = readFileSync(await download.path(), 'utf8')
  const { user, events } = JSON.parse(exported)
  equal(user.username, 'taker')
  ok(events.some(({ action }: { action: string }) => action === 'account.register'))
  await page.close()
})

test('an account is deleted after entering password and username', async () => {
  const page = await openAccountPage('leaver')
  await section(page, 'Delete my account').getByRole('button').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(/username/i).fill('leaver')
  await dialog.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await dialog.getByRole('button', { name: /Delete/ }).click()
  await page.waitForURL('**/signed-out**')
  const refused = await new TestClient(flaky.server.url).callWithCookies('POST', '/access/login', {
    body: { username: 'leaver', password: PASSWORD },
  })
  equal(refused.status, 401)
  await page.close()
})

test('a section that fails to load shows an error and can be retried', async () => {
  const page = await openAccountPage('unlucky')
  await page.route('**/access/sessions', (route) => route.abort())
  await page.reload()
  const sessions = section(page, 'My devices and sessions')
  const retry = sessions.getByRole('button', { name: 'Try again' })
  await retry.waitFor()
  await takeScreenshot(page, 'account-part-failed')
  await page.unroute('**/access/sessions')
  await retry.click()
  await sessions.getByText('Chromium on Linux').first().waitFor()

  flaky.mode = 'down'
  try {
    await page.reload()
    const again = page.getByRole('button', { name: 'Try again' }).first()
    await again.waitFor()
    await takeScreenshot(page, 'account-server-down')
    flaky.mode = 'ok'
    await again.click()
    await sessions.getByText('Chromium on Linux').first().waitFor()
  } finally {
    flaky.mode = 'ok'
  }
  await page.close()
})

test('a sign-out in one tab signs out the others at once', async () => {
  const page = await openAccountPage('twotabs')
  const other = await browser.newPage()
  await other.goto(`${flaky.url}/account`)
  await other.getByRole('heading', { name: 'My account', exact: true }).waitFor()
  await section(other, 'My devices and sessions').getByText('Chromium on Linux').first().waitFor()
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
  await Promise.all([page.waitForURL('**/signed-out**'), other.waitForURL('**/signed-out**')])
  await page.close()
  await other.close()
})
