// LATCHKEY_DEVICE_BINDING=required in a real Chromium: one that can bind comes back signed in; one that cannot is asked for the password,
// and told why.

import { deepEqual, equal } from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { faultsOf } from '../support/accessibility.ts'
import { signInByHand } from '../support/by-hand.ts'
import { BINDING, newProfile, openChromium } from '../support/chromium.ts'
import { takePicture } from '../support/pictures.ts'
import { type Sites, startSites } from '../support/sites.ts'
import { until } from '../support/until.ts'

let sites: Sites
before(async () => {
  sites = await startSites({ env: { LATCHKEY_DEVICE_BINDING: 'required' } })
})
after(() => sites?.[Symbol.asyncDispose]())

/** Signed in by hand, closed, and opened again at a page that is for people who are signed in. */
async function openedAgain(name: string, args: readonly string[]) {
  const profile = await newProfile()
  const open = () => openChromium({ profile, spki: sites.certificate.spki, args })
  const first = await open()
  const page = await first.newPage()
  await signInByHand(page, `${sites.latchkey}/register`, name)
  equal(await page.evaluate(async () => (await fetch('/access/session')).status), 200)
  if (args === BINDING)
    await until('the sign-in to be bound', async () => (await first.cookies(sites.latchkey)).some(({ name }) => name.endsWith('_device')))
  await first.close()
  const browser = await open()
  const again = await browser.newPage()
  await again.goto(`${sites.latchkey}/sign-in?return=/docs/errors`)
  return {
    page: again,
    async [Symbol.asyncDispose]() {
      await browser.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

test('a browser that can bind comes back signed in', async () => {
  await using opened = await openedAgain('able', BINDING)
  await opened.page.waitForURL(({ pathname }) => pathname === '/docs/errors')
  equal(await opened.page.evaluate(async () => (await fetch('/access/session')).status), 200)
})

test('a browser that cannot signs in, and after it was closed is asked for the password and told why', async () => {
  await using opened = await openedAgain('unable', [])
  const { page } = opened
  const notice = page.getByText('could not show that it is the one that signed in')
  await notice.waitFor()
  await takePicture(page, 'sign-in-device')
  deepEqual(await faultsOf(page), [])
  await signInByHand(page, `${sites.latchkey}/sign-in`, 'unable')
  await until('the account page', async () => (await page.locator('h1').count()) === 1)
})
