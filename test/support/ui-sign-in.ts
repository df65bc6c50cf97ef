// Signs in through the pages.

import type { Page } from 'playwright-core'
import { PASSWORD } from './test-client.ts'

/** Works in any language. */
export async function fillCredentials(page: Page, username: string, password = PASSWORD): Promise<void> {
  await page.locator('#username').fill(username)
  await page.locator('#password').fill(password)
}

/** @param url the sign-in page or the registration page */
export async function signInOnPage(page: Page, url: string, username: string): Promise<void> {
  await page.goto(url)
  await fillCredentials(page, username)
  await page.locator('#remember').check()
  await page.locator('button[type=submit]').click()
  await page.waitForURL('**/account')
}
