// Sessions on the admin page: missing role, re-authentication, and a change of user.

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

test('an action of one administrator is not repeated for another who signs in meanwhile', async () => {
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
  const rejected = page.waitForResponse('**/access/admin/users')
  await page.keyboard.press('Enter')
  await (await rejected).finished()
  equal(await page.getByRole('dialog').count(), 0)
  deepEqual(posts, ['POST'])
  await page.close()
})

test('a service key that was shown once is not in a page from the back-forward cache', async () => {
  const page = await fixture.adminPage('root', '#keys')
  await page.getByRole('textbox', { name: 'Service' }).fill('mail')
  await page.keyboard.press('Enter')
  const value = await text(
    page
      .getByRole('region', { name: /of mail$/ })
      .locator('code')
      .last(),
  )
  const isShown = async () => (await text(page.locator('main'))).includes(value)
  equal(await isShown(), true)
  // Simulates a page that enters the back-forward cache.
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })))
  equal(await isShown(), false)
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
  await page.getByRole('row', { name: /mail/ }).waitFor()
  equal(await isShown(), false)
  await page.close()
})

test('a user without the role sees an error with the command that assigns it', async () => {
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

test('the return URL and its fragment survive the language switch and the registration page', async () => {
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

test('an error for one user does not remain for another who signs in afterwards', async () => {
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

test('the own row links to the account page, and offers no action that locks the administrator out', async () => {
  const page = await fixture.adminPage()
  await page.getByRole('row', { name: /root/ }).getByRole('link', { name: 'root' }).click()
  await page.getByText('This is your own account.').waitFor()
  for (const name of [/Disable/, 'Save roles', 'Set password', /Delete/]) equal(await button(page, name).count(), 0)
  await page.getByRole('link', { name: 'To my account' }).click()
  await page.waitForURL('**/account')
  await page.close()
})

test('a sign-in that is not fresh needs the password, and then the action continues', async () => {
  const page = await fixture.adminPage('root', '', { remember: true })
  await page.getByRole('table').waitFor()
  let isStale = true
  await page.route('**/access/admin/users', (route) =>
    isStale && route.request().method() === 'POST' ? route.fulfill(NOT_FRESH) : route.fallback(),
  )
  await page.route('**/access/login', async (route) => {
    const response = await route.fetch()
    isStale = !response.ok()
    await route.fulfill({ response })
  })
  await button(page, 'Add a user…').click()
  const adding = page.getByRole('dialog', { name: 'Add a user' })
  await adding.getByLabel('Username').fill('late')
  await adding.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD)
  await page.keyboard.press('Enter')
  const passwordDialog = page.getByRole('dialog', { name: 'Confirm your password' })
  await passwordDialog.waitFor()
  await waitFor('the focus', () => isFocused(passwordDialog.getByLabel('Password', { exact: true })))
  equal(await passwordDialog.locator('input[autocomplete=username]').inputValue(), 'root')
  equal(await passwordDialog.locator('input[type=password]').getAttribute('autocomplete'), 'current-password')
  deepEqual(await seriousViolations(page), [])
  await takeScreenshot(page, 'admin-password-again', { whole: false })

  // Cancelling closes only this dialog.
  await page.keyboard.press('Escape')
  await adding.getByText('Enter your password again to do this.').waitFor()
  await waitFor('the focus to be back', () => adding.evaluate((dialog) => dialog.contains(document.activeElement)))
  equal(await adding.getByLabel('Password', { exact: true }).inputValue(), NEW_PASSWORD)
  await button(adding, 'Add a user').click()
  await passwordDialog.getByLabel('Password', { exact: true }).fill('not-the-password-1')
  await page.keyboard.press('Enter')
  await passwordDialog.getByText('is wrong').waitFor()
  await passwordDialog.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByText('late was added.').waitFor()
  equal(await page.getByRole('dialog').count(), 0)

  // After a restart with a remember-me login, the page asks for the password at once.
  await page.unrouteAll()
  await fixture.browser.clearCookies({ name: /session/ })
  await page.reload()
  await passwordDialog.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('row', { name: /late/ }).waitFor()
  await page.close()
})
