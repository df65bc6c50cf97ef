// The pages of the examples in a real browser: register, place an order, sign out.

import { equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import { startExample } from '../examples/support.ts'
import { openChromium } from '../support/chromium.ts'
import { PASSWORD } from '../support/test-client.ts'

for (const name of ['express', 'fastify', 'hono', 'node-http'])
  test(`examples/${name} in Chromium`, async () => {
    await using example = await startExample(name)
    const browser = await openChromium()
    try {
      const page = await browser.newPage()
      const pageErrors: string[] = []
      page.on('pageerror', (error) => pageErrors.push(error.message))
      await page.goto(example.url)
      match(page.url(), /\/sign-in\?return=%2F$/)
      await page.getByRole('link', { name: /create|register/i }).click()
      await page.getByLabel('Username').fill('Ada')
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
      await page.getByRole('button', { name: /create|register/i }).click()
      await page.waitForURL(`${example.url}/`)
      await page.getByText('0 orders.').waitFor()
      await page.getByRole('button', { name: 'Order' }).click()
      await page.getByText('One order.').waitFor()
      equal(await page.locator('#user').textContent(), 'Ada')
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL(/signed-out/)
      await page.goto(example.url)
      match(page.url(), /\/sign-in/)
      equal(pageErrors.join(), '')
    } finally {
      await browser.close()
    }
  })
