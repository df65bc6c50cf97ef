// The pages in a real browser: keyboard, password managers, server errors, languages, themes and accessibility. Screenshots of all pages
// are saved in test-results/.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { seriousViolations } from '../support/accessibility.ts'
import { openChromium } from '../support/chromium.ts'
import { type FlakyServer, startFlakyServer } from '../support/flaky-server.ts'
import { takeScreenshot } from '../support/screenshots.ts'
import { PASSWORD } from '../support/test-client.ts'
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

async function pageAt(path: string, context = browser): Promise<Page> {
  const page = await context.newPage()
  await page.goto(flaky.url + path)
  return page
}

const problem = (page: Page) => page.locator('#problem:not([hidden])').textContent({ timeout: 25_000 })
const enteredName = (page: Page) => page.getByLabel('Username').inputValue()
const enteredPassword = (page: Page) => page.getByLabel('Password', { exact: true }).inputValue()

/** Presses Tab until the focused element matches. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never reaches ${selector}`)
}

test('registration, sign-out and sign-in work with the keyboard only', async () => {
  const page = await pageAt('/sign-in')
  await tabTo(page, 'a[href^="/register"]')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/register?**')
  await tabTo(page, '#username')
  await page.keyboard.type('keys')
  await tabTo(page, '#password')
  await page.keyboard.type(PASSWORD)
  await tabTo(page, '#remember')
  await page.keyboard.press('Space')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/account')
  const signOut = page.getByRole('button', { name: 'Sign out', exact: true }).first()
  await signOut.evaluate((button) => button.setAttribute('data-wanted', ''))
  await tabTo(page, '[data-wanted]')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/signed-out**')
  await tabTo(page, 'a.primary')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/sign-in?**')
  await tabTo(page, '#username')
  await page.keyboard.type('keys')
  await page.keyboard.press('Tab')
  await page.keyboard.type(PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/account')
  await page.close()
})

test('fields have autocomplete for password managers, and the password can be shown', async () => {
  await browser.clearCookies()
  for (const [path, purpose] of [
    ['/sign-in', 'current-password'],
    ['/register', 'new-password'],
  ] as const) {
    const page = await pageAt(path)
    deepEqual(
      await page
        .locator('form input:not([type=checkbox])')
        .evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).autocomplete)),
      ['username', purpose],
    )
    const password = page.getByLabel('Password', { exact: true })
    await page.getByRole('button', { name: 'Show password' }).click()
    equal(await password.getAttribute('type'), 'text')
    await page.getByRole('button', { name: 'Hide password' }).click()
    equal(await password.getAttribute('type'), 'password')
    await page.close()
  }
})

test('a weak password shows a hint while typing, and is rejected with a message', async () => {
  const page = await pageAt('/register')
  const hint = page.locator('#strength-text')
  for (const [password, words] of [
    ['abc', 'Very easy to guess'],
    ['password123', 'Very easy to guess'],
    [PASSWORD, 'Very good'],
  ] as const) {
    await fillCredentials(page, 'hinted', password)
    // At the first input, the word list is loaded.
    await waitFor(`"${words}"`, async () => (await hint.textContent()) === words)
  }
  await fillCredentials(page, 'hinted', 'password123')
  await page.keyboard.press('Enter')
  match((await problem(page)) ?? '', /too common|easy to guess/)
  deepEqual([await enteredName(page), await enteredPassword(page)], ['hinted', 'password123'])
  await fillCredentials(page, '', PASSWORD)
  await page.keyboard.press('Enter')
  equal(await problem(page), 'Enter your username.')
  ok(await page.getByLabel('Username').evaluate((input) => input === document.activeElement))
  await page.close()
})

test('when the server is down or not Latchkey, the form shows a message, keeps its input, and can be retried', async () => {
  const page = await pageAt('/register')
  await fillCredentials(page, 'patient')
  for (const [mode, words] of [
    ['down', /cannot be reached.*still here/],
    ['garbage', /did not come from this server.*still here/],
  ] as const) {
    flaky.mode = mode
    await page.locator('button[type=submit]').click()
    await page.locator('#problem:not([hidden])').waitFor()
    match((await problem(page)) ?? '', words)
    deepEqual([await enteredName(page), await enteredPassword(page)], ['patient', PASSWORD])
    await takeScreenshot(page, `register-server-${mode}`, { whole: false })
    flaky.mode = 'ok'
  }
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.waitForURL('**/account')
  await page.close()
})

test('with a slow server, the form says so and signs in at last', async () => {
  await browser.clearCookies()
  const page = await pageAt('/sign-in')
  await fillCredentials(page, 'patient')
  flaky.mode = 'slow'
  try {
    await page.keyboard.press('Enter')
    await page.getByText('The server is slow to respond').waitFor({ timeout: 6_000 })
    await takeScreenshot(page, 'sign-in-server-slow', { whole: false })
    await page.waitForURL('**/account', { timeout: 20_000 })
  } finally {
    flaky.mode = 'ok'
  }
  await page.close()
})

test('the language follows the browser, can be switched, and is remembered', async () => {
  const chinese = await openChromium({ locale: 'zh-CN' })
  try {
    const page = await pageAt('/sign-in', chinese)
    equal(await page.locator('h1').first().textContent(), '登录')
    await page.getByRole('link', { name: 'English' }).click()
    equal(await page.locator('h1').first().textContent(), 'Sign in')
    await page.goto(`${flaky.url}/register`)
    equal(await page.locator('h1').first().textContent(), 'Create an account')
  } finally {
    await chinese.close()
  }
})

const LANGUAGES = ['en', 'zh-CN'] as const
const SCHEMES = ['light', 'dark'] as const
const VARIANTS = LANGUAGES.flatMap((language) => SCHEMES.map((scheme) => [language, scheme] as const))

test('no page has a serious accessibility violation, in both languages and themes', async () => {
  const faults: string[] = []
  for (const [language, colorScheme] of VARIANTS) {
    const context = await openChromium({ locale: language, colorScheme })
    try {
      const page = await context.newPage()
      const look = async (name: string) => {
        await takeScreenshot(page, `${name}-${language}-${colorScheme}`)
        for (const fault of await seriousViolations(page)) faults.push(`${name} ${language} ${colorScheme}: ${fault}`)
      }
      for (const [name, path] of [
        ['sign-in', '/sign-in'],
        ['session-expired', '/sign-in?reason=idle'],
        ['theft-noticed', '/sign-in?reason=theft_suspected'],
        ['register', '/register'],
        ['signed-out', '/signed-out'],
        ['docs', '/docs'],
        ['errors', '/docs/errors'],
      ] as const) {
        await page.goto(flaky.url + path)
        await look(name)
      }
      await page.goto(`${flaky.url}/sign-in`)
      await fillCredentials(page, 'unknown', 'wrong-password-here')
      await page.keyboard.press('Enter')
      await page.locator('#problem:not([hidden])').waitFor()
      await look('sign-in-refused')
      await fillCredentials(page, 'patient')
      await page.keyboard.press('Enter')
      await page.waitForURL('**/account')
      await page.locator('h1').waitFor()
      await page.waitForLoadState('networkidle')
      await look('account')
    } finally {
      await context.close()
    }
  }
  deepEqual(faults, [])
})

test('no page overflows a narrow screen', async () => {
  const phone = await openChromium({ viewport: { width: 360, height: 740 } })
  try {
    for (const path of ['/sign-in', '/register', '/signed-out', '/docs', '/docs/errors']) {
      const page = await pageAt(path, phone)
      ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), path)
      await takeScreenshot(page, `${path.slice(1).replace('/', '-')}-narrow`, { whole: false })
      await page.close()
    }
  } finally {
    await phone.close()
  }
})

test('no page violates its Content Security Policy', async () => {
  await browser.clearCookies()
  const page = await browser.newPage()
  const violations: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) violations.push(message.text())
  })
  page.on('pageerror', (error) => violations.push(error.message))
  for (const path of ['/sign-in', '/register', '/signed-out', '/docs', '/docs/errors']) {
    await page.goto(flaky.url + path)
    await page.waitForLoadState('networkidle')
    equal(page.url(), flaky.url + path)
  }
  await signInOnPage(page, `${flaky.url}/sign-in`, 'patient')
  await page.getByRole('heading', { name: 'My devices and sessions' }).waitFor()
  await page.waitForLoadState('networkidle')
  deepEqual(violations, [])
  await page.close()
})
