// The pages as people meet them: by keyboard alone, with a password manager, when the server is down, slow or talks rubbish, in
// both languages and both themes. Pictures of all of them are left in test-results/.

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
const typedName = (page: Page) => page.getByLabel('Username').inputValue()
const typedPassword = (page: Page) => page.getByLabel('Password', { exact: true }).inputValue()

/** Presses Tab until what has the focus matches; a person would see it arrive there. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never reaches ${selector}`)
}

test('a keyboard alone registers, signs out and signs in', async () => {
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

test('password managers find what they look for, and the password can be seen', async () => {
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

test('a weak password is hinted at while it is typed, and refused in words', async () => {
  const page = await pageAt('/register')
  const said = page.locator('#strength-text')
  for (const [password, words] of [
    ['abc', 'Very easy to guess'],
    ['password123', 'Very easy to guess'],
    [PASSWORD, 'Very good'],
  ] as const) {
    await fillCredentials(page, 'hinted', password)
    // The first time, the words by which it is judged have to be loaded.
    await waitFor(`"${words}"`, async () => (await said.textContent()) === words)
  }
  await fillCredentials(page, 'hinted', 'password123')
  await page.keyboard.press('Enter')
  match((await problem(page)) ?? '', /too common|easy to guess/)
  deepEqual([await typedName(page), await typedPassword(page)], ['hinted', 'password123'])
  await fillCredentials(page, '', PASSWORD)
  await page.keyboard.press('Enter')
  equal(await problem(page), 'Enter your username.')
  ok(await page.getByLabel('Username').evaluate((input) => input === document.activeElement))
  await page.close()
})

test('a server that is down or talks rubbish: said in words, nothing typed is lost, and trying again works', async () => {
  const page = await pageAt('/register')
  await fillCredentials(page, 'patient')
  for (const [mood, words] of [
    ['down', /cannot be reached.*still here/],
    ['garbage', /did not come from this server.*still here/],
  ] as const) {
    flaky.mode = mood
    await page.locator('button[type=submit]').click()
    await page.locator('#problem:not([hidden])').waitFor()
    match((await problem(page)) ?? '', words)
    deepEqual([await typedName(page), await typedPassword(page)], ['patient', PASSWORD])
    await takeScreenshot(page, `register-server-${mood}`, { whole: false })
    flaky.mode = 'ok'
  }
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.waitForURL('**/account')
  await page.close()
})

test('a slow server: people are told that it is not them, and are signed in in the end', async () => {
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

test('the language is the browser’s, can be switched, and stays', async () => {
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

test('no page has a serious fault of accessibility, in either language or theme', async () => {
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
      await fillCredentials(page, 'nobody', 'wrong-password-here')
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

test('on a narrow screen nothing is cut off', async () => {
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

test('nothing on any page breaks its own rules of content', async () => {
  await browser.clearCookies()
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  for (const path of ['/sign-in', '/register', '/signed-out', '/docs', '/docs/errors']) {
    await page.goto(flaky.url + path)
    await page.waitForLoadState('networkidle')
    equal(page.url(), flaky.url + path)
  }
  await signInOnPage(page, `${flaky.url}/sign-in`, 'patient')
  await page.getByRole('heading', { name: 'My devices and sessions' }).waitFor()
  await page.waitForLoadState('networkidle')
  deepEqual(complaints, [])
  await page.close()
})
