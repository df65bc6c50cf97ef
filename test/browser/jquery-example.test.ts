// The jQuery example in a real browser: notes are saved, an expired token is renewed, a cookie alone changes nothing, and a sign-out reaches all tabs.

import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import { startExample } from '../examples/support.ts'
import { openChromium } from '../support/chromium.ts'
import { PASSWORD } from '../support/test-client.ts'

declare const $: { ajax(options: object): PromiseLike<unknown> }

test('examples/jquery-ajax in Chromium', async () => {
  await using example = await startExample('jquery-ajax')
  const browser = await openChromium()
  try {
    const page = await browser.newPage()
    const pageErrors: string[] = []
    page.on('pageerror', (error) => pageErrors.push(error.message))
    const sent: (string | null)[] = []
    page.on('request', async (request) => {
      if (request.url().endsWith('/notes') && request.method() === 'POST') sent.push(await request.headerValue('authorization'))
    })
    await page.goto(example.url)
    match(page.url(), /\/sign-in\?return=%2F$/)
    await page.getByRole('link', { name: /create|register/i }).click()
    await page.getByLabel('Username').fill('Ada')
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: /create|register/i }).click()
    await page.getByRole('heading', { name: 'Notes of Ada' }).waitFor()
    const write = async (text: string) => {
      await page.getByLabel('A note').fill(text)
      await page.getByRole('button', { name: 'Save' }).click()
    }
    await write('<img src=x onerror="document.title=1">')
    await page.getByText('<img src=x').waitFor()
    equal(await page.title(), 'Notes')
    match(sent[0] ?? '', /^Bearer ey/)

    // A rejected token is renewed, and the request is repeated.
    let refusals = 1
    await page.route('**/notes', (route) => {
      refusals -= 1
      const expired = { title: 'Renew the token.', status: 401, code: 'token.invalid', reason: 'expired' }
      return refusals < 0 ? route.continue() : route.fulfill({ status: 401, contentType: 'application/problem+json', json: expired })
    })
    await write('after an hour')
    await page.getByRole('listitem').nth(1).waitFor()
    equal(await page.getByRole('listitem').nth(1).textContent(), 'after an hour')
    await page.unroute('**/notes')

    const byCookieAlone = await page.evaluate(() =>
      fetch('/notes', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"text":"planted"}' }).then(
        (response) => response.status,
      ),
    )
    equal(byCookieAlone, 403)
    deepEqual(await page.evaluate(() => $.ajax({ url: '/notes' })), ['<img src=x onerror="document.title=1">', 'after an hour'])

    const other = await browser.newPage()
    await other.goto(example.url)
    await other.getByRole('heading', { name: 'Notes of Ada' }).waitFor()
    await other.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(/\/sign-in|\/signed-out/)
    equal(pageErrors.join(), '')
  } finally {
    await browser.close()
  }
})
