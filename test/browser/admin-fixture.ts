// The admin page with a real server, one administrator and a real Chromium.

import { equal } from 'node:assert/strict'
import type { BrowserContext, Locator, Page } from 'playwright-core'
import { openChromium } from '../support/chromium.ts'
import { type FlakyServer, startFlakyServer } from '../support/flaky-server.ts'
import { type RunningServer, runCommand } from '../support/server.ts'
import { PASSWORD, TestClient } from '../support/test-client.ts'
import { fillCredentials } from '../support/ui-sign-in.ts'

export const NEW_PASSWORD = 'four-violet-trams-in-rain'
/** The response when the administrator's sign-in is not fresh. */
export const NOT_FRESH = {
  status: 401,
  contentType: 'application/problem+json',
  body: JSON.stringify({ title: 'Enter your password again to continue.', status: 401, code: 'reauthentication.required' }),
}

interface AdminPageOptions {
  readonly context?: BrowserContext
  readonly url?: string
  readonly remember?: boolean
}

export interface AdminFixture extends AsyncDisposable {
  readonly flaky: FlakyServer
  readonly browser: BrowserContext
  /** The admin page, after a sign-in on the sign-in page. */
  adminPage(username?: string, fragment?: string, options?: AdminPageOptions): Promise<Page>
  registerUser(username: string, email?: string): Promise<TestClient>
  canSignIn(username: string, password: string): Promise<boolean>
}

export async function startAdminFixture(): Promise<AdminFixture> {
  const flaky = await startFlakyServer()
  await addAdministrator(flaky.server, 'root')
  const browser = await openChromium()
  return {
    flaky,
    browser,
    async adminPage(username = 'root', fragment = '', { context = browser, url = flaky.url, remember = false } = {}) {
      await context.clearCookies()
      const page = await context.newPage()
      await page.goto(`${url}/admin${fragment}`)
      await page.waitForURL('**/sign-in?**')
      await fillCredentials(page, username)
      if (remember) await page.locator('#remember').check()
      await page.locator('button[type=submit]').click()
      await page.waitForURL(`${url}/admin${fragment}`)
      return page
    },
    async registerUser(username, email) {
      const visitor = new TestClient(flaky.server.url)
      await visitor.register(username, { remember: true, ...(email !== undefined && { email }) })
      return visitor
    },
    async canSignIn(username, password) {
      const { status } = await new TestClient(flaky.server.url).callWithCookies('POST', '/access/login', { body: { username, password } })
      return status === 200
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await flaky[Symbol.asyncDispose]()
    },
  }
}

export async function addAdministrator({ folder }: RunningServer, username: string): Promise<void> {
  const { code, stderr } = await runCommand(['user', 'add', username, '--role', 'admin'], { folder, input: `${PASSWORD}\n` })
  equal(code, 0, stderr)
}

export const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true })
export const section = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true })
export const button = (within: Page | Locator, name: string | RegExp) => within.getByRole('button', { name })
export const text = async (locator: Locator) => (await locator.textContent()) ?? ''
export const isFocused = (locator: Locator) => locator.evaluate((element) => element === document.activeElement)
