// The account page over a real server: what is listed, what is ended, what is changed, and what it says when something fails.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { BrowserContext, Locator, Page } from 'playwright-core'
import { faultsOf } from '../support/accessibility.ts'
import { signInByHand } from '../support/by-hand.ts'
import { openChromium } from '../support/chromium.ts'
import { type MoodyServer, startMoodyServer } from '../support/moody-server.ts'
import { takePicture } from '../support/pictures.ts'
import { until } from '../support/until.ts'
import { PASSWORD, Visitor } from '../support/visitor.ts'

let moody: MoodyServer
let browser: BrowserContext
before(async () => {
  moody = await startMoodyServer()
  browser = await openChromium()
})
after(async () => {
  await browser?.close()
  await moody?.[Symbol.asyncDispose]()
})

/** Somebody's account page, signed in by hand. */
async function accountOf(username: string, path: '/sign-in' | '/register' = '/register'): Promise<Page> {
  await browser.clearCookies()
  const page = await browser.newPage()
  await signInByHand(page, moody.url + path, username)
  await page.getByRole('heading', { name: 'My account', exact: true }).waitFor()
  return page
}

/** The same user with a program elsewhere. */
async function elsewhere(username: string): Promise<Visitor> {
  const visitor = new Visitor(moody.server.url)
  await visitor.login(username)
  return visitor
}

const section = (page: Page, name: string): Locator => page.getByRole('region', { name })
const text = async (locator: Locator) => ((await locator.textContent()) ?? '').replaceAll('\u202f', ' ')
const isSignedIn = async (visitor: Visitor) => (await visitor.byToken('GET', '/access/session')).status === 200

test('sessions stand under the login they came from; one is ended, then all others', async () => {
  const page = await accountOf('lister')
  const [one, two, three] = [await elsewhere('lister'), await elsewhere('lister'), await elsewhere('lister')]
  await page.reload()
  const sessions = section(page, 'My devices and sessions')
  await sessions.getByText('Node.js').first().waitFor()
  match(await text(sessions), /Chromium on Linux/)
  match(await text(sessions), /remembered on .*2\d\d\d/)
  match(await text(sessions), /last seen .* from 127\.0\.0\.1/)
  equal(await sessions.getByText('Node.js').count(), 3)

  await sessions.locator('li.lineage', { hasText: 'Node.js' }).first().getByRole('button').click()
  await until('one to be gone', async () => (await sessions.getByText('Node.js').count()) === 2)
  const left = await Promise.all([one, two, three].map(isSignedIn))
  equal(left.filter(Boolean).length, 2)

  await sessions.getByRole('button', { name: 'End all others' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  deepEqual(await faultsOf(page, '[role=dialog]'), [])
  await takePicture(page, 'account-end-all-others', { whole: false })
  await dialog.getByRole('button', { name: /End/ }).click()
  await until('the others to be gone', async () => (await sessions.getByText('Node.js').count()) === 0)
  deepEqual(await Promise.all([one, two, three].map(isSignedIn)), [false, false, false])
  await page.close()
})

test('a theft is told on the account page too, with both sides', async () => {
  const page = await accountOf('robbed')
  const copied = (await browser.cookies(moody.url)).filter(({ name }) => name === 'latchkey_remember')
  await page.close()
  // The browser is closed and opened again: the session goes, the remembered login is used and rotated.
  await browser.clearCookies({ name: 'latchkey_session' })
  const again = await browser.newPage()
  await again.goto(`${moody.url}/account`)
  await section(again, 'My devices and sessions').getByText('Chromium on Linux').first().waitFor()
  const answer = await fetch(`${moody.server.url}/access/token`, {
    method: 'POST',
    headers: { cookie: `latchkey_remember=${copied[0]?.value}`, 'user-agent': 'curl/8.0' },
  })
  equal(answer.status, 401)
  // The session of that lineage is over: the page leaves by itself as soon as it asks for anything.
  await again.reload()
  await again.waitForURL('**/sign-in?**')
  match(again.url(), /reason=theft_suspected/)
  await again.close()

  const home = await accountOf('robbed', '/sign-in')
  const alarm = home.getByRole('alert').first()
  await alarm.waitFor()
  match(await text(home.locator('main')), /curl/)
  await takePicture(home, 'account-alarm')
  await home.getByRole('button', { name: 'That was me' }).click()
  await home.reload()
  await section(home, 'What happened in my account').waitFor()
  await home.waitForLoadState('networkidle')
  equal(await home.getByRole('button', { name: 'That was me' }).count(), 0)
  await home.close()
})

test('the record has filters and a picture', async () => {
  const page = await accountOf('recorded')
  const visitor = await elsewhere('recorded')
  await visitor.call('POST', '/access/audit-events', { body: { action: 'order.placed', detail: { number: 17 } } })
  await visitor.plainly('POST', '/access/login', { body: { username: 'recorded', password: 'not-the-password-1' } })
  await page.reload()
  const record = section(page, 'What happened in my account')
  await record.getByText('order.placed').waitFor()
  match((await record.locator('svg[role=img]').getAttribute('aria-label')) ?? '', /\d/)
  await record.getByLabel('Outcome').selectOption('refused')
  equal(await record.getByText('order.placed').count(), 0)
  await record.getByLabel('Outcome').selectOption('')
  await record.getByLabel('Search').fill('order')
  await until('the search to narrow', async () => (await record.getByText('The account was created').count()) === 0)
  equal(await record.getByText('order.placed').count(), 1)
  await page.close()
})

test('the password is changed: here one stays signed in, elsewhere not', async () => {
  const page = await accountOf('changer')
  const visitor = await elsewhere('changer')
  const form = section(page, 'Change my password')
  const fill = async (current: string, next: string) => {
    await form.getByLabel('Current password').fill(current)
    await form.getByLabel('New password', { exact: true }).fill(next)
    await form.getByLabel('New password again').fill(next)
    await form.getByRole('button', { name: 'Change password' }).click()
  }
  await fill('not-the-password-1', 'nine-amber-kites-over-sand')
  await form.getByText(/not right/).waitFor()
  equal(await form.getByLabel('New password again').inputValue(), 'nine-amber-kites-over-sand')
  await fill(PASSWORD, 'nine-amber-kites-over-sand')
  await until('the others to be out', async () => !(await isSignedIn(visitor)))
  equal(await page.evaluate(async () => (await fetch('/access/session')).status), 200)
  await page.close()
})

test('what is mine can be taken along', async () => {
  const page = await accountOf('taker')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    section(page, 'Download my data').getByRole('button', { name: 'Download my data' }).click(),
  ])
  const taken = readFileSync(await download.path(), 'utf8')
  const { user, events } = JSON.parse(taken)
  equal(user.username, 'taker')
  ok(events.some(({ action }: { action: string }) => action === 'account.register'))
  await page.close()
})

test('an account is deleted after its password and its name', async () => {
  const page = await accountOf('leaver')
  await section(page, 'Delete my account').getByRole('button').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(/user name/i).fill('leaver')
  await dialog.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await dialog.getByRole('button', { name: /Delete/ }).click()
  await page.waitForURL('**/signed-out**')
  const refused = await new Visitor(moody.server.url).plainly('POST', '/access/login', { body: { username: 'leaver', password: PASSWORD } })
  equal(refused.status, 401)
  await page.close()
})

test('a part that cannot be loaded says so and can be tried again', async () => {
  const page = await accountOf('unlucky')
  await page.route('**/access/sessions', (route) => route.abort())
  await page.reload()
  const sessions = section(page, 'My devices and sessions')
  const retry = sessions.getByRole('button', { name: 'Try again' })
  await retry.waitFor()
  await takePicture(page, 'account-part-failed')
  await page.unroute('**/access/sessions')
  await retry.click()
  await sessions.getByText('Chromium on Linux').first().waitFor()

  moody.mood = 'down'
  try {
    await page.reload()
    const again = page.getByRole('button', { name: 'Try again' }).first()
    await again.waitFor()
    await takePicture(page, 'account-server-down')
    moody.mood = 'well'
    await again.click()
    await sessions.getByText('Chromium on Linux').first().waitFor()
  } finally {
    moody.mood = 'well'
  }
  await page.close()
})

test('a sign-out in one tab empties the others at once', async () => {
  const page = await accountOf('twotabs')
  const other = await browser.newPage()
  await other.goto(`${moody.url}/account`)
  await other.getByRole('heading', { name: 'My account', exact: true }).waitFor()
  await section(other, 'My devices and sessions').getByText('Chromium on Linux').first().waitFor()
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
  await Promise.all([page.waitForURL('**/signed-out**'), other.waitForURL('**/signed-out**')])
  await page.close()
  await other.close()
})
