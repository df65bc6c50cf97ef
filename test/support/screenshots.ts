// Screenshots of pages, for review.

import type { Page } from 'playwright-core'

const FOLDER = new URL('../../test-results/', import.meta.url).pathname

/** @param name the file name without extension */
export async function takeScreenshot(page: Page, name: string, { whole = true } = {}): Promise<void> {
  await page.evaluate('document.fonts.ready.then(() => {})')
  await page.screenshot({ path: `${FOLDER}${name}.png`, fullPage: whole })
}
