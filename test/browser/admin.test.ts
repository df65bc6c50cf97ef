// The admin page: users, their sign-ins, and keys.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bcrypt } from '../support/bcrypt.ts'
import { openChromium } from '../support/chromium.ts'
import { takeScreenshot } from '../support/screenshots.ts'
import { runCommand, startServer } from '../support/server.ts'
import { PASSWORD, TestClient } from '../support/test-client.ts'
import { signInOnPage } from '../support/ui-sign-in.ts'
import { waitFor } from '../support/wait-for.ts'
import {
  type AdminFixture,
  addAdministrator,
  button,
  heading,
  isFocused,
  NEW_PASSWORD,
  section,
  startAdminFixture,
  text,
} from './admin-fixture.ts'

const LATE = { code: 'usr_late', username: 'late-one', email: null, roles: [], disabled: false, createdAt: '2026-01-01T00:00:00.000Z' }

let fixture: AdminFixture
before(async () => {
  fixture = await startAdminFixture()
})
after(async () => {
  await fixture?.[Symbol.asyncDispose]()
})

test('a user is added, found, given roles, disabled and enabled, gets a new password, and is deleted', async () => {
  const page = await fixture.adminPage()
  await heading(page, 'Users').waitFor()
  equal(await page.title(), 'Users · Administration · Latchkey')

  await button(page, 'Add a user…').click()
  const adding = page.getByRole('dialog')
  await adding.getByLabel('Username').fill('grace')
  await adding.getByLabel('Password', { exact: true }).fill('short')
  await adding.getByLabel('E-mail').fill('grace@example.com')
  await adding.getByLabel('Roles').fill('editor')
  await page.keyboard.press('Enter')
  await adding.getByText('too short').waitFor()
  await waitFor('the focus', () => isFocused(adding.getByLabel('Password', { exact: true })))
  await adding.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await adding.getByLabel('Roles').fill('Editor')
  await page.keyboard.press('Enter')
  await adding.getByText('A role begins with').waitFor()
  await adding.getByLabel('Roles').fill('editor, author')
  await page.keyboard.press('Enter')
  await page.getByText('grace was added.').waitFor()

  await page.getByLabel('Name or id').fill('no-such-user')
  await page.keyboard.press('Enter')
  await page.getByText('There is no user “no-such-user”.').waitFor()
  await page.getByLabel('Name or id').fill('GRACE')
  await page.keyboard.press('Enter')
  const row = page.getByRole('row', { name: /grace/ })
  await row.waitFor()
  match(await text(row), /grace.*editor.*author.*Enabled.*\d{4}/)
  equal(await page.getByRole('row').count(), 2)
  await row.getByRole('link', { name: 'grace' }).click()
  await heading(page, 'grace').waitFor()
  await waitFor('the focus', () => isFocused(heading(page, 'grace')))
  equal(await page.title(), 'grace · Administration · Latchkey')
  await section(page, 'User details').getByText('grace@example.com').waitFor()
  const code = new URL(page.url()).hash.slice(1)

  const roles = section(page, 'Roles')
  await roles.getByLabel('Roles').fill('editor')
  await button(roles, 'Save roles').click()
  await roles.getByText('The roles were saved.').waitFor()
  const command = await runCommand(['user', 'set-roles', 'grace', 'editor', 'critic'], { folder: fixture.flaky.server.folder })
  equal(command.code, 0, command.stderr)
  await roles.getByLabel('Roles').fill('editor author')
  await button(roles, 'Save roles').click()
  await roles.getByText('The roles were changed by another administrator').waitFor()
  equal(await roles.getByLabel('Roles').inputValue(), 'editor critic')
  await roles.getByLabel('Roles').fill('editor')
  await button(roles, 'Save roles').click()
  await roles.getByText('The roles were saved.').waitFor()
  const grace = new TestClient(fixture.flaky.server.url)
  deepEqual((await grace.login('grace')).json.user.roles, ['editor'])

  const userBrowser = await openChromium()
  try {
    const tab = await userBrowser.newPage()
    await signInOnPage(tab, `${fixture.flaky.url}/sign-in`, 'grace')
    await tab.getByRole('heading', { name: 'My devices and sessions' }).waitFor()
    await button(page, 'Disable…').click()
    await button(page.getByRole('dialog'), 'Disable').click()
    await page.getByText(/grace was disabled\. Sessions revoked: 2; remember-me logins revoked: 1\./).waitFor()
    equal(await fixture.canSignIn('grace', PASSWORD), false)
    await takeScreenshot(page, 'admin-locked')
    await tab.reload()
    await tab.waitForURL('**/sign-in?**')
    match(tab.url(), /reason=revoked/)
  } finally {
    await userBrowser.close()
  }
  await button(page, 'Enable').click()
  await page.getByText('grace can sign in again.').waitFor()
  await grace.login('grace')

  const password = section(page, 'New password')
  await password.getByLabel('New password').fill('password')
  await button(password, 'Set password').click()
  await password.getByText('attackers try').waitFor()
  await password.getByLabel('New password').fill(NEW_PASSWORD)
  await button(password, 'Set password').click()
  await password.getByText(/The new password was set\. Sessions revoked: 1/).waitFor()
  deepEqual([await fixture.canSignIn('grace', PASSWORD), await fixture.canSignIn('grace', NEW_PASSWORD)], [false, true])

  const record = section(page, 'Activity')
  for (const words of ['created', 'disabled', 'enabled']) await record.getByText(`The account was ${words} by an administrator`).waitFor()
  await record.getByText('The roles were changed by an administrator').first().waitFor()
  await record.getByText('An administrator set a new password').waitFor()

  await button(page, 'Delete grace…').click()
  const deleting = page.getByRole('dialog')
  await deleting.getByLabel(/type the name/).fill('alan')
  await page.keyboard.press('Enter')
  await deleting.getByText('This is not the name.').waitFor()
  await deleting.getByLabel(/type the name/).fill('grace')
  await page.keyboard.press('Enter')
  await page.getByText('grace was deleted.').waitFor()
  await heading(page, 'Users').waitFor()
  equal(await fixture.canSignIn('grace', NEW_PASSWORD), false)
  await page.goto(`${fixture.flaky.url}/admin#${code}`)
  await heading(page, 'There is no such user').waitFor()

  await page.goto(`${fixture.flaky.url}/account`)
  await page.getByText('As an administrator: deleted a user').waitFor()
  await page.close()
})

test('the sign-ins of a user are revoked one by one and all at once', async () => {
  const visitor = await fixture.registerUser('lister')
  const others = [new TestClient(fixture.flaky.server.url), new TestClient(fixture.flaky.server.url)]
  for (const other of others) await other.login('lister')
  const isSignedIn = async (client: TestClient) => (await client.callWithToken('GET', '/access/session')).status === 200
  const page = await fixture.adminPage('root', `#${visitor.userId}`)
  const sessions = section(page, 'Sessions and remember-me logins')
  const lineages = sessions.locator('li.lineage')
  await lineages.nth(2).waitFor()
  equal(await lineages.count(), 3)
  await lineages.filter({ hasText: 'not remembered' }).first().getByRole('button').click()
  await sessions.getByText('Sessions revoked: 1; remember-me logins revoked: 0.').waitFor()
  await lineages.nth(2).waitFor({ state: 'detached' })
  equal(await lineages.count(), 2)
  await waitFor('the focus', () => isFocused(sessions.getByRole('heading', { name: 'Sessions and remember-me logins' })))
  equal((await Promise.all(others.map(isSignedIn))).filter(Boolean).length, 1)
  ok(await isSignedIn(visitor))
  await button(sessions, 'Sign out everywhere').click()
  await button(page.getByRole('dialog'), 'Sign out everywhere').click()
  await sessions.getByText('This user is not signed in anywhere.').waitFor()
  await waitFor('the focus', () => isFocused(sessions.getByRole('heading', { name: 'Sessions and remember-me logins' })))
  deepEqual(await Promise.all([visitor, ...others].map(isSignedIn)), [false, false, false])
  await page.close()
})

test('a long list loads page by page; back returns to the previous row, and the URL opens any user', async () => {
  await using server = await startServer()
  await addAdministrator(server, 'root')
  const hash = await bcrypt(PASSWORD)
  const lines = Array.from({ length: 60 }, (_, index) => JSON.stringify({ username: `reader${index}`, hash }))
  const imported = await runCommand(['user', 'import', '-', '--format', 'jsonl'], { folder: server.folder, input: lines.join('\n') })
  equal(imported.code, 0, imported.stderr)
  const page = await fixture.adminPage('root', '', { url: server.publicUrl })
  const rows = page.getByRole('row')
  await rows.nth(50).waitFor()
  equal(await rows.count(), 51)
  await button(page, 'Show more').click()
  await rows.nth(61).waitFor()
  equal(await rows.count(), 62)
  await button(page, 'Show more').waitFor({ state: 'detached' })
  const link = rows.nth(51).getByRole('link').first()
  await waitFor('the focus', () => isFocused(link))
  const name = await text(link)
  await page.keyboard.press('Enter')
  await heading(page, name).waitFor()
  await page.goBack()
  await heading(page, 'Users').waitFor()
  equal(await rows.count(), 62)
  await waitFor('the focus', () => isFocused(page.getByRole('link', { name, exact: true })))
  await page.goForward()
  await heading(page, name).waitFor()
  await page.getByRole('link', { name: '中文' }).click()
  await page.waitForURL(/lang=zh-CN/)
  await heading(page, name).waitFor()
  equal(await page.title(), `${name} · 管理后台 · Latchkey`)
  await page.getByRole('link', { name: 'English' }).click()
  await page.getByRole('link', { name: 'All users' }).waitFor()
  await page.close()
})

test('a late response does not appear in another list', async () => {
  const page = await fixture.adminPage()
  await page.getByRole('table').waitFor()
  await page.route('**/access/admin/users?limit=*', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...(await response.json()), next: 'further' } })
  })
  let respondLate = () => {}
  const isLate = new Promise<void>((resolve) => {
    respondLate = resolve
  })
  await page.route('**/access/admin/users?*after=*', async (route) => {
    await isLate
    await route.fulfill({ json: { users: [LATE], next: null } })
  })
  await page.reload()
  const requested = page.waitForRequest('**/access/admin/users?*after=*')
  await button(page, 'Show more').click()
  await requested
  await page.getByLabel('Name or id').fill('root')
  await page.keyboard.press('Enter')
  await page.getByText('Users shown: 1').waitFor()
  const responded = page.waitForResponse('**/access/admin/users?*after=*')
  respondLate()
  await (await responded).finished()
  equal(await page.getByText('late-one').count(), 0)
  await button(page, 'Show all users').click()
  await button(page, 'Show more').click()
  await page.getByRole('row', { name: /late-one/ }).waitFor()
  await page.close()
})

test('the signing key is rotated, and a new service key is shown once', async () => {
  const page = await fixture.adminPage('root', '#keys')
  const signing = section(page, 'Signing keys')
  const next = await text(signing.getByRole('row', { name: /Next/ }).locator('code'))
  await button(signing, 'Rotate…').click()
  await button(page.getByRole('dialog'), 'Rotate').click()
  await signing.getByText(`Tokens are now signed with the key ${next}.`).waitFor()
  await signing.getByRole('row', { name: /Retired/ }).waitFor()

  const services = section(page, 'Service keys')
  await services.getByText('There are no service keys yet.').waitFor()
  await services.getByLabel('Service').fill('orders')
  await page.keyboard.press('Enter')
  const shown = services.getByRole('region', { name: /^The key \S+ of orders$/ })
  await shown.getByText('The key is shown only once').waitFor()
  const value = await text(shown.locator('code'))
  await fixture.browser.grantPermissions(['clipboard-read', 'clipboard-write'])
  await button(services, 'Copy').click()
  await services.getByText('Copied.').waitFor()
  equal(await page.evaluate(() => navigator.clipboard.readText()), value)
  const streamStatus = async () => {
    const aborting = new AbortController()
    const { status } = await fetch(`${fixture.flaky.server.url}/access/revocations`, {
      headers: { authorization: `Service ${value}` },
      signal: aborting.signal,
    })
    aborting.abort()
    return status
  }
  equal(await streamStatus(), 200)
  await takeScreenshot(page, 'admin-new-key')
  await button(services, 'I have saved it').click()
  equal(await services.getByText(value).count(), 0)
  await button(services, /^Remove the key \S+ of orders$/).click()
  await button(page.getByRole('dialog'), 'Remove').click()
  await services.getByText(/^The key \S+ of orders was removed\.$/).waitFor()
  await waitFor('the focus', () => isFocused(services.getByRole('heading', { name: 'Service keys' })))
  equal(await streamStatus(), 401)
  await page.close()
})
