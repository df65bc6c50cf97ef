// Whom the page for administrators refuses, what it asks for again, and what it keeps from the next who signs in.

import { deepEqual, equal } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { faultsOf } from '../support/accessibility.ts'
import { fillIn } from '../support/by-hand.ts'
import { takePicture } from '../support/pictures.ts'
import { runCommand } from '../support/server.ts'
import { until } from '../support/until.ts'
import { PASSWORD } from '../support/visitor.ts'
import {
  type Administration,
  addAdministrator,
  button,
  heading,
  isFocused,
  NEW_PASSWORD,
  NOT_FRESH,
  startAdministration,
  text,
} from './administration.ts'

let at: Administration
before(async () => {
  at = await startAdministration()
})
after(async () => {
  await at?.[Symbol.asyncDispose]()
})

test('what one administrator was about to do is not done by another, who signs in meanwhile', async () => {
  await addAdministrator(at.moody.server, 'deputy')
  const page = await at.adminPage()
  const posts: string[] = []
  await page.route('**/access/admin/users', async (route) => {
    posts.push(route.request().method())
    const other = await at.browser.newPage()
    await other.goto(`${at.moody.url}/sign-in?reason=fresh`)
    await fillIn(other, 'deputy')
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
  await adding.getByLabel('User name').fill('misplaced')
  await adding.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD)
  const refused = page.waitForResponse('**/access/admin/users')
  await page.keyboard.press('Enter')
  await (await refused).finished()
  equal(await page.getByRole('dialog').count(), 0)
  deepEqual(posts, ['POST'])
  await page.close()
})

test('what was shown once is not kept for whoever comes back to the page', async () => {
  const page = await at.adminPage('root', '#keys')
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
  const { code: own } = await at.registered('walter')
  const page = await at.adminPage('walter')
  await heading(page, 'Your roles do not allow this').waitFor()
  const command = page.getByText(`latchkey user set-roles ${own} admin`)
  await command.waitFor()
  equal(await page.getByRole('table').count(), 0)
  deepEqual(await faultsOf(page), [])
  await takePicture(page, 'admin-not-allowed')
  await button(page, 'Try again').click()
  await page.getByText('Your roles still do not allow this.').waitFor()
  const { code, stderr } = await runCommand((await text(command)).split(' ').slice(1), { folder: at.moody.server.folder })
  equal(code, 0, stderr)
  await until('the role to be there', async () => {
    await button(page, 'Try again')
      .click({ timeout: 500 })
      .catch(() => {})
    return page.getByRole('table').isVisible()
  })
  await page.goto(`${at.moody.url}/account`)
  await page.getByRole('link', { name: 'Administration' }).click()
  await page.getByRole('table').waitFor()
  await page.close()
})

test('where one was on the way to is kept by the ways that lead about the sign-in', async () => {
  await at.browser.clearCookies()
  const page = await at.browser.newPage()
  await page.goto(`${at.moody.url}/admin#keys`)
  await page.getByRole('link', { name: '中文' }).click()
  await page.waitForURL(/lang=zh-CN.*#keys$/)
  await page.locator('.other a').click()
  await page.waitForURL(/register.*#keys$/)
  await page.goBack()
  await page.waitForURL(/sign-in.*#keys$/)
  await page.locator('.skip').press('Enter')
  await fillIn(page, 'root')
  await page.locator('button[type=submit]').click()
  await page.waitForURL(`${at.moody.url}/admin#keys`)
  await page.close()
})

test('what one user was refused is not held against another, who signs in after them', async () => {
  await at.registered('visitor')
  const page = await at.adminPage('visitor')
  await heading(page, 'Your roles do not allow this').waitFor()
  const other = await at.browser.newPage()
  await other.goto(`${at.moody.url}/sign-in?reason=fresh`)
  await fillIn(other, 'root')
  await other.locator('button[type=submit]').click()
  await other.waitForURL('**/account')
  await heading(page, 'Users').waitFor()
  await page.getByRole('row', { name: /root/ }).getByText('You ·').waitFor()
  await other.close()
  await page.close()
})

test('one’s own row leads to one’s account, and offers nothing to be locked out by', async () => {
  const page = await at.adminPage()
  await page.getByRole('row', { name: /root/ }).getByRole('link', { name: 'root' }).click()
  await page.getByText('This is your own account.').waitFor()
  for (const name of [/Lock/, 'Save roles', 'Set password', /Delete/]) equal(await button(page, name).count(), 0)
  await page.getByRole('link', { name: 'To my account' }).click()
  await page.waitForURL('**/account')
  await page.close()
})

test('a sign-in that is not fresh is asked for the password, and goes on where it was', async () => {
  const page = await at.adminPage('root', '', { remember: true })
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
  await adding.getByLabel('User name').fill('late')
  await adding.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD)
  await page.keyboard.press('Enter')
  const asked = page.getByRole('dialog', { name: 'Your password, once more' })
  await asked.waitFor()
  await until('the focus', () => isFocused(asked.getByLabel('Password', { exact: true })))
  equal(await asked.locator('input[autocomplete=username]').inputValue(), 'root')
  equal(await asked.locator('input[type=password]').getAttribute('autocomplete'), 'current-password')
  deepEqual(await faultsOf(page), [])
  await takePicture(page, 'admin-password-again', { whole: false })

  // It can be declined, which closes nothing else.
  await page.keyboard.press('Escape')
  await adding.getByText('This needs your password once more.').waitFor()
  await until('the focus to be back', () => adding.evaluate((dialog) => dialog.contains(document.activeElement)))
  equal(await adding.getByLabel('Password', { exact: true }).inputValue(), NEW_PASSWORD)
  await button(adding, 'Add a user').click()
  await asked.getByLabel('Password', { exact: true }).fill('not-the-password-1')
  await page.keyboard.press('Enter')
  await asked.getByText('not right').waitFor()
  await asked.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByText('late was added.').waitFor()
  equal(await page.getByRole('dialog').count(), 0)

  // Opened anew by a remembered login, the page asks at once.
  await page.unrouteAll()
  await at.browser.clearCookies({ name: /session/ })
  await page.reload()
  await asked.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('row', { name: /late/ }).waitFor()
  await page.close()
})
