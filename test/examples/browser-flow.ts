// The shop in a real browser, from the public page to the sign-out.

import { equal, match } from 'node:assert/strict'
import type { BrowserContext } from 'playwright-core'
import { PASSWORD } from '../support/test-client.ts'

export async function runBrowserFlow(browser: BrowserContext, url: string, username: string): Promise<void> {
  browser.setDefaultTimeout(15_000)
  const page = await browser.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))

  await page.goto(url)
  await page.getByRole('link', { name: 'Your orders' }).click()
  await page.waitForURL('**/sign-in?return=%2Forders**')
  await page.getByRole('link', { name: /account|register/i }).click()
  await page.waitForURL('**/register?**')
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL(`${url}/orders`)
  match((await page.getByRole('heading', { level: 1 }).textContent()) ?? '', new RegExp(`Orders of ${username}`))

  await page.getByRole('button', { name: 'Order tea' }).click()
  await page.locator('output', { hasText: /^tea$/ }).waitFor()
  await page.locator('li', { hasText: 'order.placed' }).waitFor()
  await page.getByRole('button', { name: 'Dark' }).click()
  await page.locator('main[data-theme=dark]').waitFor()
  equal(await page.locator('main [role=alert]').textContent(), '')

  // The other tab is signed out too, and going back shows no protected page.
  const other = await browser.newPage()
  await other.goto(`${url}/orders`)
  await other.locator('main[data-theme=dark]').waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL('**/signed-out**')
  await other.waitForURL('**/signed-out**')
  await page.goBack()
  await page.waitForURL(/\/(sign-in|$|\?)/)
  equal(await page.getByText(`Orders of ${username}`).count(), 0)
  await page.goto(url)
  await page.getByRole('link', { name: 'Your orders' }).click()
  await page.waitForURL('**/sign-in?return=%2Forders**')
  equal(faults.join('\n'), '')
}
