// The page for administrators over a real server: users and keys, whom it refuses, and what it asks for again.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hash as bcryptOf } from '@node-rs/bcrypt'
import type { BrowserContext, Locator, Page } from 'playwright-core'
import { faultsOf } from '../support/accessibility.ts'
import { fillIn, signInByHand } from '../support/by-hand.ts'
import { openChromium } from '../support/chromium.ts'
import { type MoodyServer, startMoodyServer } from '../support/moody-server.ts'
import { takePicture } from '../support/pictures.ts'
import { type RunningServer, runCommand, startServer } from '../support/server.ts'
import { until } from '../support/until.ts'
import { PASSWORD, Visitor } from '../support/visitor.ts'

const NEW_PASSWORD = 'four-violet-trams-in-rain'
const NOT_FRESH = { title: 'Enter your password again to continue.', status: 401, code: 'session.not_fresh' }
const LATE = { code: 'usr_late', username: 'late-one', email: null, roles: [], disabled: false, createdAt: '2026-01-01T00:00:00.000Z' }
const LONG = { username: 'w'.repeat(64), role: `r${'w'.repeat(31)}`, email: `${'m'.repeat(60)}@${'w'.repeat(60)}.example.com` }

let moody: MoodyServer
let browser: BrowserContext
before(async () => {
  moody = await startMoodyServer()
  await addAdministrator(moody.server, 'root')
  browser = await openChromium()
})
after(async () => {
  await browser?.close()
  await moody?.[Symbol.asyncDispose]()
})

async function addAdministrator({ folder }: RunningServer, username: string): Promise<void> {
  const { code, stderr } = await runCommand(['user', 'add', username, '--role', 'admin'], { folder, input: `${PASSWORD}\n` })
  equal(code, 0, stderr)
}

/** The page, with somebody signed in by hand on the way there. */
async function adminPage(username = 'root', fragment = '', context = browser, url = moody.url, { remember = false } = {}): Promise<Page> {
  await context.clearCookies()
  const page = await context.newPage()
  await page.goto(`${url}/admin${fragment}`)
  await page.waitForURL('**/sign-in?**')
  await fillIn(page, username)
  if (remember) await page.locator('#remember').check()
  await page.locator('button[type=submit]').click()
  await page.waitForURL(`${url}/admin${fragment}`)
  return page
}

async function registered(username: string, email?: string): Promise<Visitor> {
  const visitor = new Visitor(moody.server.url)
  await visitor.register(username, { remember: true, ...(email !== undefined && { email }) })
  return visitor
}

/** In the page: what is wider than its place, also where a part scrolls by itself, as a dialog does. */
function partsCutOff(): readonly string[] {
  const parts = [
    document.documentElement,
    ...document.querySelectorAll('[role=dialog], .card, .mantine-Button-label, .mantine-Badge-label'),
  ]
  return parts
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
    .map(({ tagName, className }) => `${tagName} ${className}`)
}

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true })
const section = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true })
const button = (within: Page | Locator, name: string | RegExp) => within.getByRole('button', { name })
const text = async (locator: Locator) => (await locator.textContent()) ?? ''
const isFocused = (locator: Locator) => locator.evaluate((element) => element === document.activeElement)
const signsIn = async (username: string, password: string) =>
  (await new Visitor(moody.server.url).plainly('POST', '/access/login', { body: { username, password } })).status === 200

test('a user is added, found, given roles, locked and unlocked, gets a new password, and is deleted', async () => {
  const page = await adminPage()
  await heading(page, 'Users').waitFor()
  equal(await page.title(), 'Users · Administration · Latchkey')

  await button(page, 'Add a user…').click()
  const adding = page.getByRole('dialog')
  await adding.getByLabel('User name').fill('grace')
  await adding.getByLabel('Password', { exact: true }).fill('short')
  await adding.getByLabel('E-mail').fill('grace@example.com')
  await adding.getByLabel('Roles').fill('editor')
  await page.keyboard.press('Enter')
  await adding.getByText('too short').waitFor()
  await until('the focus', () => isFocused(adding.getByLabel('Password', { exact: true })))
  await adding.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await adding.getByLabel('Roles').fill('Editor')
  await page.keyboard.press('Enter')
  await adding.getByText('A role begins with').waitFor()
  await adding.getByLabel('Roles').fill('editor, author')
  await page.keyboard.press('Enter')
  await page.getByText('grace was added.').waitFor()

  await page.getByLabel('Name or code').fill('nobody-at-all')
  await page.keyboard.press('Enter')
  await page.getByText('Nobody is called “nobody-at-all”.').waitFor()
  await page.getByLabel('Name or code').fill('GRACE')
  await page.keyboard.press('Enter')
  const row = page.getByRole('row', { name: /grace/ })
  await row.waitFor()
  match(await text(row), /grace.*editor.*author.*May sign in.*\d{4}/)
  equal(await page.getByRole('row').count(), 2)
  await row.getByRole('link', { name: 'grace' }).click()
  await heading(page, 'grace').waitFor()
  await until('the focus', () => isFocused(heading(page, 'grace')))
  equal(await page.title(), 'grace · Administration · Latchkey')
  await section(page, 'Who this is').getByText('grace@example.com').waitFor()
  const code = new URL(page.url()).hash.slice(1)

  const roles = section(page, 'Roles')
  await roles.getByLabel('Roles').fill('editor')
  await button(roles, 'Save roles').click()
  await roles.getByText('The roles are saved.').waitFor()
  const given = await runCommand(['user', 'role', 'grace', 'editor', 'critic'], { folder: moody.server.folder })
  equal(given.code, 0, given.stderr)
  await roles.getByLabel('Roles').fill('editor author')
  await button(roles, 'Save roles').click()
  await roles.getByText('Somebody else has just changed the roles').waitFor()
  equal(await roles.getByLabel('Roles').inputValue(), 'editor critic')
  await roles.getByLabel('Roles').fill('editor')
  await button(roles, 'Save roles').click()
  await roles.getByText('The roles are saved.').waitFor()
  const grace = new Visitor(moody.server.url)
  deepEqual((await grace.login('grace')).json.user.roles, ['editor'])

  const theirs = await openChromium()
  try {
    const tab = await theirs.newPage()
    await signInByHand(tab, `${moody.url}/sign-in`, 'grace')
    await tab.getByRole('heading', { name: 'My devices and sessions' }).waitFor()
    await button(page, 'Lock…').click()
    await button(page.getByRole('dialog'), 'Lock').click()
    await page.getByText(/grace is locked\. Sessions ended: 2; remembered logins ended: 1\./).waitFor()
    equal(await signsIn('grace', PASSWORD), false)
    await takePicture(page, 'admin-locked')
    await tab.reload()
    await tab.waitForURL('**/sign-in?**')
    match(tab.url(), /reason=revoked/)
  } finally {
    await theirs.close()
  }
  await button(page, 'Unlock').click()
  await page.getByText('grace may sign in again.').waitFor()
  await grace.login('grace')

  const password = section(page, 'New password')
  await password.getByLabel('New password').fill('password')
  await button(password, 'Set password').click()
  await password.getByText('everyone who guesses').waitFor()
  await password.getByLabel('New password').fill(NEW_PASSWORD)
  await button(password, 'Set password').click()
  await password.getByText(/The new password is set\. Sessions ended: 1/).waitFor()
  deepEqual([await signsIn('grace', PASSWORD), await signsIn('grace', NEW_PASSWORD)], [false, true])

  const record = section(page, 'Record')
  for (const words of ['created', 'locked', 'unlocked']) await record.getByText(`The account was ${words} by an administrator`).waitFor()
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
  equal(await signsIn('grace', NEW_PASSWORD), false)
  await page.goto(`${moody.url}/admin#${code}`)
  await heading(page, 'This user is not there').waitFor()

  await page.goto(`${moody.url}/account`)
  await page.getByText('As an administrator: deleted a user').waitFor()
  await page.close()
})

test('sessions are ended one by one and all at once', async () => {
  const visitor = await registered('lister')
  const others = [new Visitor(moody.server.url), new Visitor(moody.server.url)]
  for (const other of others) await other.login('lister')
  const isIn = async (who: Visitor) => (await who.byToken('GET', '/access/session')).status === 200
  const page = await adminPage('root', `#${visitor.code}`)
  const sessions = section(page, 'Sessions and remembered logins')
  const lineages = sessions.locator('li.lineage')
  await lineages.nth(2).waitFor()
  equal(await lineages.count(), 3)
  await lineages.filter({ hasText: 'not remembered' }).first().getByRole('button').click()
  await sessions.getByText('Sessions ended: 1; remembered logins ended: 0.').waitFor()
  await lineages.nth(2).waitFor({ state: 'detached' })
  equal(await lineages.count(), 2)
  await until('the focus', () => isFocused(sessions.getByRole('heading', { name: 'Sessions and remembered logins' })))
  equal((await Promise.all(others.map(isIn))).filter(Boolean).length, 1)
  ok(await isIn(visitor))
  await button(sessions, 'End everything').click()
  await button(page.getByRole('dialog'), 'End everything').click()
  await sessions.getByText('They are not signed in anywhere.').waitFor()
  await until('the focus', () => isFocused(sessions.getByRole('heading', { name: 'Sessions and remembered logins' })))
  deepEqual(await Promise.all([visitor, ...others].map(isIn)), [false, false, false])
  await page.close()
})

test('many users come page by page; back leads to whom one came from, and the address to anybody', async () => {
  await using server = await startServer()
  await addAdministrator(server, 'root')
  const hash = await bcryptOf(PASSWORD, { cost: 4 })
  const lines = Array.from({ length: 60 }, (_, index) => JSON.stringify({ username: `reader${index}`, hash }))
  const imported = await runCommand(['user', 'import', '-', '--format', 'jsonl'], { folder: server.folder, input: lines.join('\n') })
  equal(imported.code, 0, imported.stderr)
  const page = await adminPage('root', '', browser, server.publicUrl)
  const rows = page.getByRole('row')
  await rows.nth(50).waitFor()
  equal(await rows.count(), 51)
  await button(page, 'Show more').click()
  await rows.nth(61).waitFor()
  equal(await rows.count(), 62)
  await button(page, 'Show more').waitFor({ state: 'detached' })
  const link = rows.nth(51).getByRole('link').first()
  await until('the focus', () => isFocused(link))
  const name = await text(link)
  await page.keyboard.press('Enter')
  await heading(page, name).waitFor()
  await page.goBack()
  await heading(page, 'Users').waitFor()
  equal(await rows.count(), 62)
  await until('the focus', () => isFocused(page.getByRole('link', { name, exact: true })))
  await page.goForward()
  await heading(page, name).waitFor()
  await page.getByRole('link', { name: '中文' }).click()
  await page.waitForURL(/lang=zh-CN/)
  await heading(page, name).waitFor()
  equal(await page.title(), `${name} · 管理 · Latchkey`)
  await page.getByRole('link', { name: 'English' }).click()
  await page.getByRole('link', { name: 'All users' }).waitFor()
  await page.close()
})

test('an answer that comes late gets into no other list', async () => {
  const page = await adminPage()
  await page.getByRole('table').waitFor()
  await page.route('**/access/admin/users?limit=*', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: { ...(await answer.json()), next: 'further' } })
  })
  let answerLate = () => {}
  const isLate = new Promise<void>((resolve) => {
    answerLate = resolve
  })
  await page.route('**/access/admin/users?*after=*', async (route) => {
    await isLate
    await route.fulfill({ json: { users: [LATE], next: null } })
  })
  await page.reload()
  const asked = page.waitForRequest('**/access/admin/users?*after=*')
  await button(page, 'Show more').click()
  await asked
  await page.getByLabel('Name or code').fill('root')
  await page.keyboard.press('Enter')
  await page.getByText('Users shown: 1').waitFor()
  const answered = page.waitForResponse('**/access/admin/users?*after=*')
  answerLate()
  await (await answered).finished()
  equal(await page.getByText('late-one').count(), 0)
  await button(page, 'Show all users').click()
  await button(page, 'Show more').click()
  await page.getByRole('row', { name: /late-one/ }).waitFor()
  await page.close()
})

test('what one administrator was about to do is not done by another, who signs in meanwhile', async () => {
  await addAdministrator(moody.server, 'deputy')
  const page = await adminPage()
  const posts: string[] = []
  await page.route('**/access/admin/users', async (route) => {
    posts.push(route.request().method())
    const other = await browser.newPage()
    await other.goto(`${moody.url}/sign-in?reason=fresh`)
    await fillIn(other, 'deputy')
    await other.locator('button[type=submit]').click()
    await other.waitForURL('**/account')
    await other.close()
    await page
      .getByRole('row', { name: /deputy/ })
      .getByText('You ·')
      .waitFor()
    await route.fulfill({ status: 401, contentType: 'application/problem+json', body: JSON.stringify(NOT_FRESH) })
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

test('keys: the next one signs, and a service gets one that is shown once', async () => {
  const page = await adminPage('root', '#keys')
  const signing = section(page, 'Signing keys')
  const next = await text(signing.getByRole('row', { name: /Signs next/ }).locator('code'))
  await button(signing, 'Rotate…').click()
  await button(page.getByRole('dialog'), 'Rotate').click()
  await signing.getByText(`The key ${next} signs now.`).waitFor()
  await signing.getByRole('row', { name: /Retired/ }).waitFor()

  const services = section(page, 'Keys of services')
  await services.getByText('No service has a key yet.').waitFor()
  await services.getByLabel('Service').fill('orders')
  await page.keyboard.press('Enter')
  const shown = services.getByRole('region', { name: /^The key \S+ of orders$/ })
  await shown.getByText('It is shown only now').waitFor()
  const value = await text(shown.locator('code'))
  await browser.grantPermissions(['clipboard-read', 'clipboard-write'])
  await button(services, 'Copy').click()
  await services.getByText('Copied.').waitFor()
  equal(await page.evaluate(() => navigator.clipboard.readText()), value)
  const asks = async () => {
    const aborting = new AbortController()
    const { status } = await fetch(`${moody.server.url}/access/revocations`, {
      headers: { authorization: `Service ${value}` },
      signal: aborting.signal,
    })
    aborting.abort()
    return status
  }
  equal(await asks(), 200)
  await takePicture(page, 'admin-new-key')
  await button(services, 'I have it').click()
  equal(await services.getByText(value).count(), 0)
  await button(services, /^Remove the key \S+ of orders$/).click()
  await button(page.getByRole('dialog'), 'Remove').click()
  await services.getByText(/^The key \S+ of orders is removed\.$/).waitFor()
  await until('the focus', () => isFocused(services.getByRole('heading', { name: 'Keys of services' })))
  equal(await asks(), 401)
  await page.close()
})

test('what was shown once is not kept for whoever comes back to the page', async () => {
  const page = await adminPage('root', '#keys')
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

test('what takes a while keeps the focus, and can be left meanwhile', async () => {
  const page = await adminPage()
  let goOn = () => {}
  const waiting = new Promise<void>((resolve) => {
    goOn = resolve
  })
  await page.route('**/access/admin/users', async (route) => {
    await waiting
    await route.abort()
  })
  await button(page, 'Add a user…').click()
  const adding = page.getByRole('dialog', { name: 'Add a user' })
  await adding.getByLabel('User name').fill('slowly')
  await adding.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD)
  const submit = button(adding, 'Add a user')
  await submit.click()
  await adding.getByText('Adding the user…').waitFor()
  equal(await submit.getAttribute('aria-disabled'), 'true')
  ok(await isFocused(submit))
  await page.keyboard.press('Escape')
  await adding.waitFor({ state: 'detached' })
  goOn()
  await page.close()
})

test('whoever has not the role is told so, and how to get it', async () => {
  const { code: own } = await registered('--json')
  const page = await adminPage('--json')
  await heading(page, 'Your roles do not allow this').waitFor()
  const command = page.getByText(`latchkey user role ${own} admin`)
  await command.waitFor()
  equal(await page.getByRole('table').count(), 0)
  deepEqual(await faultsOf(page), [])
  await takePicture(page, 'admin-not-allowed')
  await button(page, 'Try again').click()
  await page.getByText('Your roles still do not allow this.').waitFor()
  const { code, stderr } = await runCommand((await text(command)).split(' ').slice(1), { folder: moody.server.folder })
  equal(code, 0, stderr)
  await until('the role to be there', async () => {
    await button(page, 'Try again')
      .click({ timeout: 500 })
      .catch(() => {})
    return page.getByRole('table').isVisible()
  })
  await page.goto(`${moody.url}/account`)
  await page.getByRole('link', { name: 'Administration' }).click()
  await page.getByRole('table').waitFor()
  await page.close()
})

test('where one was on the way to is kept by the ways that lead about the sign-in', async () => {
  await browser.clearCookies()
  const page = await browser.newPage()
  await page.goto(`${moody.url}/admin#keys`)
  await page.getByRole('link', { name: '中文' }).click()
  await page.waitForURL(/lang=zh-CN.*#keys$/)
  await page.locator('.other a').click()
  await page.waitForURL(/register.*#keys$/)
  await page.goBack()
  await page.waitForURL(/sign-in.*#keys$/)
  await page.locator('.skip').press('Enter')
  await fillIn(page, 'root')
  await page.locator('button[type=submit]').click()
  await page.waitForURL(`${moody.url}/admin#keys`)
  await page.close()
})

test('what one user was refused is not held against another, who signs in after them', async () => {
  await registered('visitor')
  const page = await adminPage('visitor')
  await heading(page, 'Your roles do not allow this').waitFor()
  const other = await browser.newPage()
  await other.goto(`${moody.url}/sign-in?reason=fresh`)
  await fillIn(other, 'root')
  await other.locator('button[type=submit]').click()
  await other.waitForURL('**/account')
  await heading(page, 'Users').waitFor()
  await page.getByRole('row', { name: /root/ }).getByText('You ·').waitFor()
  await other.close()
  await page.close()
})

test('one’s own row leads to one’s account, and offers nothing to be locked out by', async () => {
  const page = await adminPage()
  await page.getByRole('row', { name: /root/ }).getByRole('link', { name: 'root' }).click()
  await page.getByText('This is your own account.').waitFor()
  for (const name of [/Lock/, 'Save roles', 'Set password', /Delete/]) equal(await button(page, name).count(), 0)
  await page.getByRole('link', { name: 'To my account' }).click()
  await page.waitForURL('**/account')
  await page.close()
})

test('a sign-in that is not fresh is asked for the password, and goes on where it was', async () => {
  const page = await adminPage('root', '', browser, moody.url, { remember: true })
  await page.getByRole('table').waitFor()
  let isStale = true
  await page.route('**/access/admin/users', (route) =>
    isStale && route.request().method() === 'POST'
      ? route.fulfill({ status: 401, contentType: 'application/problem+json', body: JSON.stringify(NOT_FRESH) })
      : route.fallback(),
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
  await browser.clearCookies({ name: /session/ })
  await page.reload()
  await asked.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('row', { name: /late/ }).waitFor()
  await page.close()
})

test('what cannot be read says so, and can be tried again', async () => {
  const page = await adminPage()
  await page.getByRole('table').waitFor()
  moody.mood = 'down'
  try {
    await page.getByLabel('Name or code').fill('root')
    await page.keyboard.press('Enter')
    await page.getByText('The users could not be read.').waitFor()
    await takePicture(page, 'admin-server-down')
  } finally {
    moody.mood = 'well'
  }
  await button(page, 'Try again').click()
  await page.getByRole('row', { name: /root/ }).waitFor()
  await page.close()
})

test('nothing is wrong for assistive technology, in either language or theme; nothing is cut off, and no rule of content is broken', async () => {
  const { code } = await registered(LONG.username, LONG.email)
  const given = await runCommand(['user', 'role', LONG.username, LONG.role, 'editor'], { folder: moody.server.folder })
  equal(given.code, 0, given.stderr)
  const faults: string[] = []
  for (const [locale, colorScheme] of [
    ['en-US', 'light'],
    ['en-US', 'dark'],
    ['zh-CN', 'light'],
    ['zh-CN', 'dark'],
  ] as const) {
    const context = await openChromium({ locale, colorScheme })
    try {
      context.on('console', (message) => {
        if (/Content Security Policy|Trusted/i.test(message.text())) faults.push(message.text())
      })
      context.on('weberror', (fault) => faults.push(fault.error().message))
      const page = await adminPage('root', '', context)
      const look = async (name: string, loaded: string) => {
        await page.locator(loaded).first().waitFor()
        await takePicture(page, `admin-${name}-${locale}-${colorScheme}`)
        for (const fault of await faultsOf(page)) faults.push(`${name} ${locale} ${colorScheme}: ${fault}`)
        await page.setViewportSize({ width: 360, height: 740 })
        await takePicture(page, `admin-${name}-${locale}-${colorScheme}-narrow`)
        for (const part of await page.evaluate(partsCutOff)) faults.push(`${name} ${locale}: ${part} is cut off`)
        await page.setViewportSize({ width: 1100, height: 800 })
      }
      await look('users', 'table')
      await page.locator('.heading button').click()
      await look('add-user', '[role=dialog]')
      await page.keyboard.press('Escape')
      await page.goto(`${moody.url}/admin#${code}`)
      await look('user', '.lineage')
      await page.locator('#delete button').click()
      await look('delete-user', '[role=dialog]')
      await page.keyboard.press('Escape')
      await page.goto(`${moody.url}/admin#keys`)
      await look('keys', '#services')
    } finally {
      await context.close()
    }
  }
  deepEqual(faults, [])
})
