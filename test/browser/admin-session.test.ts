// Whom the page for administrators refuses, what it asks for again, and what it keeps from the next who signs in.

import { deepEqual, equal } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { seriousViolations } from '../support/accessibility.ts'
import { takeScreenshot } from '../support/screenshots.ts'
import { runCommand } from '../support/server.ts'
import { PASSWORD } from '../support/test-client.ts'
import { fillCredentials } from '../support/ui-sign-in.ts'
import { waitFor } from '../support/wait-for.ts'
import {
  type AdminFixture,
  addAdministrator,
  button,
  heading,
  isFocused,
  NEW_PASSWORD,
  NOT_FRESH,
  startAdminFixture,
  text,
} from './admin-fixture.ts'

let fixture: AdminFixture
before(async () => {
  fixture = await startAdminFixture()
})
after(async () => {
  await fixture?.[Symbol.asyncDispose]()
})

test('what one administrator was about to do is not done by another, who signs in meanwhile', async () => {
  await addAdministrator(fixture.flaky.server, 'deputy')
  const page = await fixture.adminPage()
  const posts: string[] = []
  await page.route('**/access/admin/users', async (route) => {
    posts.push(route.request().method())
    const other = await fixture.browser.newPage()
    await other.goto(`${fixture.flaky.url}/sign-in?reason=fresh`)
    await fillCredentials(other, 'deputy')
    await other.locator('button[type=submit]').click()
    await other.waitForURL('**/account')
    await other.close()
    await page
      .getByRole('row', { name: /deputy/ })
      .getByText('You ·')
      .waitFor()
    await route.fulfill(NOT_FRESH)
  })
  await button(page, 'Add a user…').click()
  const adding = page.getByRole('dialog', { name: 'Add a user' })
  await adding.getByLabel('Username').fill('misplaced')
  await adding.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD)
  const refused = page.waitForResponse('**/access/admin/users')
  await page.keyboard.press('Enter')
  await (await refused).finished()
  equal(await page.getByRole('dialog').count(), 0)
  deepEqual(posts, ['POST'])
  await page.close()
})

test('what was shown once is not kept for whoever comes back to the page', async () => {
  const page = await fixture.adminPage('root', '#keys')
  await page.getByRole('textbox', { name: 'Service' }).fill('mail')
  await page.keyboard.press('Enter')
  const value = await text(
    page
      .getByRole('region', { name: /of mail$/ })
      .locator('code')
      .last(),
  )
  const isThere = async () => (await text(page.locator('main'))).includes(value)
  equal(await isThere(), true)
  // As a browser does that keeps the page while another is shown.
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })))
  equal(await isThere(), false)
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
  await page.getByRole('row', { name: /mail/ }).waitFor()
  equal(await isThere(), false)
  await page.close()
})

test('whoever has not the role is told so, and how to get it', async () => {
  const { userId: own } = await fixture.registerUser('walter')
  const page = await fixture.adminPage('walter')
  await heading(page, 'Your roles do not allow this').waitFor()
  const command = page.getByText(`latchkey user set-roles ${own} admin`)
  await command.waitFor()
  equal(await page.getByRole('table').count(), 0)
  deepEqual(await seriousViolations(page), [])
  await takeScreenshot(page, 'admin-not-allowed')
  await button(page, 'Try again').click()
  await page.getByText('Your roles still do not allow this.').waitFor()
  const { code, stderr } = await runCommand((await text(command)).split(' ').slice(1), { folder: fixture.flaky.server.folder })
  equal(code, 0, stderr)
  await waitFor('the role to be there', async () => {
    await button(page, 'Try again')
      .click({ timeout: 500 })
      .catch(() => {})
    return page.getByRole('table').isVisible()
  })
  await page.goto(`${fixture.flaky.url}/account`)
  await page.getByRole('link', { name: 'Administration' }).click()
  await page.getByRole('table').waitFor()
  await page.close()
})

test('where one was on the way to is kept by the ways that lead about the sign-in', async () => {
  await fixture.browser.clearCookies()
  const page = await fixture.browser.newPage()
  await page.goto(`${fixture.flaky.url}/admin#keys`)
  await page.getByRole('link', { name: '中文' }).click()
  await page.waitForURL(/lang=zh-CN.*#keys$/)
  await page.locator('.other a').click()
  await page.waitForURL(/register.*#keys$/)
  await page.goBack()
  await page.waitForURL(/sign-in.*#keys$/)
  await page.locator('.skip').press('Enter')
  await fillCredentials(page, 'root')
  await page.locator('button[type=submit]').click()
  await page.waitForURL(`${fixture.flaky.url}/admin#keys`)
  await page.close()
})

test('what one user was refused is not held against another, who signs in after them', async () => {
  await fixture.registerUser('visitor')
  const page = await fixture.adminPage('visitor')
  await heading(page, 'Your roles do not allow this').waitFor()
  const other = await fixture.browser.newPage()
  await other.goto(`${fixture.flaky.url}/sign-in?reason=fresh`)
  await fillCredentials(other, 'root')
  await other.locator('button[type=submit]').click()
  await other.waitForURL('**/account')
  await heading(page, 'Users').waitFor()
  await page.getByRole('row', { name: /root/ }).getByText('You ·').waitFor()
  await other.close()
  await page.close()
})

test('one’s own row leads to one’s account, and offers nothing to be locked out by', async () => {
  const page = await fixture.adminPage()
  await page.getByRole('row', { name: /root/ }).getByRole('link', { name: 'root' }).click()
  await page.getByText('This is your own account.').waitFor()
  for (const name of [/Disable/, 'Save roles', 'Set password', /Delete/]) equal(await button(page, name).count(), 0)
  await page.getByRole('link', { name: 'To my account' }).click()
  await page.waitForURL('**/account')
  await page.close()
})

test('a sign-in that is not fresh is asked for the password, and goes on where it was', async () => {
  const page = await fixture.adminPage('root', '', { remember: true })
  await page.getByRole('table').waitFor()
  let isStale = true
  await page.route('**/access/admin/users', (route) =>
    isStale && route.request().method() === 'POST' ? route.fulfill(NOT_FRESH) : route.fallback(),
  )
  await page.route('**/access/login', async (route) => {
    const answer = await route.fetch()
    isStale = !answer.ok()
    await route.fulfill({ response: answer })
  })
  await button(page, 'Add a user…').click()
  const adding = page.getByRole('dialog', { name: 'Add a user' })
  await adding.getByLabel('Username').fill('late')
  await adding.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD)
  await page.keyboard.press('Enter')
  const asked = page.getByRole('dialog', { name: 'Confirm your password' })
  await asked.waitFor()
  await waitFor('the focus', () => isFocused(asked.getByLabel('Password', { exact: true })))
  equal(await asked.locator('input[autocomplete=username]').inputValue(), 'root')
  equal(await asked.locator('input[type=password]').getAttribute('autocomplete'), 'current-password')
  deepEqual(await seriousViolations(page), [])
  await takeScreenshot(page, 'admin-password-again', { whole: false })

  // It can be declined, which closes nothing else.
  await page.keyboard.press('Escape')
  await adding.getByText('Enter your password again to do this.').waitFor()
  await waitFor('the focus to be back', () => adding.evaluate((dialog) => dialog.contains(document.activeElement)))
  equal(await adding.getByLabel('Password', { exact: true }).inputValue(), NEW_PASSWORD)
  await button(adding, 'Add a user').click()
  await asked.getByLabel('Password', { exact: true }).fill('not-the-password-1')
  await page.keyboard.press('Enter')
  await asked.getByText('is wrong').waitFor()
  await asked.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByText('late was added.').waitFor()
  equal(await page.getByRole('dialog').count(), 0)

  // Opened anew by a remembered login, the page asks at once.
  await page.unrouteAll()
  await fixture.browser.clearCookies({ name: /session/ })
  await page.reload()
  await asked.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('row', { name: /late/ }).waitFor()
  await page.close()
})
