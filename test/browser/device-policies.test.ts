// LATCHKEY_DEVICE_BINDING after a restart of real browsers: Chromium with and without device binding, and Firefox, which has none. The
// outcomes are those of docs/device-binding.md; a rejected user sees the reason.

import { deepEqual, equal, match } from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import type { BrowserContext } from 'playwright-core'
import { seriousViolations } from '../support/accessibility.ts'
import { DEVICE_BINDING_ARGS, newProfile, openChromium } from '../support/chromium.ts'
import { openFirefox } from '../support/firefox.ts'
import { takeScreenshot } from '../support/screenshots.ts'
import { type Sites, startSites } from '../support/sites.ts'
import { PASSWORD } from '../support/test-client.ts'
import { signInOnPage } from '../support/ui-sign-in.ts'
import { waitFor } from '../support/wait-for.ts'

/** The common part of both drivers. */
interface CommonPage {
  goto(address: string): Promise<unknown>
  type(selector: string, text: string): Promise<void>
  click(selector: string): Promise<void>
  evaluate<T>(work: () => Promise<T>): Promise<T>
  url(): string
}

interface CommonBrowser {
  newPage(): Promise<CommonPage>
  close(): Promise<void>
}

interface LaunchOptions {
  readonly profile: string
  readonly sites: Sites
}

const BROWSERS: Readonly<Record<string, (options: LaunchOptions) => Promise<CommonBrowser>>> = {
  'a Chromium with device binding': ({ profile, sites }) =>
    openChromium({ profile, spki: sites.certificate.spki, args: DEVICE_BINDING_ARGS }),
  'a Chromium without device binding': ({ profile, sites }) => openChromium({ profile, spki: sites.certificate.spki }),
  'a Firefox': ({ profile }) => openFirefox(profile),
}

/** The outcome for each browser after a restart. */
const POLICIES: Readonly<Record<string, Readonly<Record<keyof typeof BROWSERS, 'unbound' | 'bound' | 'asked for the password'>>>> = {
  off: { 'a Chromium with device binding': 'unbound', 'a Chromium without device binding': 'unbound', 'a Firefox': 'unbound' },
  preferred: { 'a Chromium with device binding': 'bound', 'a Chromium without device binding': 'unbound', 'a Firefox': 'unbound' },
  required: {
    'a Chromium with device binding': 'bound',
    'a Chromium without device binding': 'asked for the password',
    'a Firefox': 'asked for the password',
  },
}

const statusOf = (page: CommonPage) => page.evaluate(async () => (await fetch('/access/session')).status)

/** From the device list: scripts cannot read the cookies. */
const isBound = (page: CommonPage) =>
  page.evaluate(async () => ((await (await fetch('/access/sessions')).json()) as { bound: boolean }[]).some(({ bound }) => bound))

const noticeOn = (page: CommonPage) => page.evaluate(async () => document.querySelector('#notice:not([hidden])')?.textContent ?? '')

async function signIn(page: CommonPage, address: string): Promise<void> {
  await page.goto(`${address}/register?lang=en`)
  await page.type('#username', 'visitor')
  await page.type('#password', PASSWORD)
  await page.click('#remember')
  await page.click('button[type=submit]')
  await waitFor('the account page', () => page.url().endsWith('/account'))
}

for (const [policy, outcomes] of Object.entries(POLICIES))
  for (const [name, outcome] of Object.entries(outcomes))
    test(`${policy}: after a restart, ${name} is ${outcome}`, async () => {
      await using sites = await startSites({ env: { LATCHKEY_DEVICE_BINDING: policy } })
      const profile = await newProfile()
      const open = () => BROWSERS[name]?.({ profile, sites }) ?? Promise.reject(new Error(name))
      const first = await open()
      const page = await first.newPage()
      await signIn(page, sites.latchkey)
      equal(await statusOf(page), 200)
      if (outcome === 'bound') await waitFor('the sign-in to be bound', () => isBound(page))
      await first.close()

      const restarted = await open()
      try {
        const restartedPage = await restarted.newPage()
        await restartedPage.goto(`${sites.latchkey}/sign-in?lang=en&return=/docs/errors`)
        if (outcome === 'asked for the password') {
          await waitFor('the reason to be shown', async () =>
            /could not confirm that this is the browser/.test(await noticeOn(restartedPage)),
          )
          equal(await statusOf(restartedPage), 401)
          return
        }
        await waitFor('the return URL', () => new URL(restartedPage.url()).pathname === '/docs/errors')
        equal(await statusOf(restartedPage), 200)
        equal(await isBound(restartedPage), outcome === 'bound')
      } finally {
        await restarted.close()
        await rm(profile, { recursive: true, force: true, maxRetries: 5 })
      }
    })

describe('a user who is asked for the password', () => {
  let sites: Sites
  let profile = ''
  let browser: BrowserContext
  before(async () => {
    sites = await startSites({ env: { LATCHKEY_DEVICE_BINDING: 'required' } })
    profile = await newProfile()
    browser = await openChromium({ profile, spki: sites.certificate.spki })
  })
  after(async () => {
    await browser?.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    await sites?.[Symbol.asyncDispose]()
  })

  test('sees the reason on an accessible page, signs in, and continues', async () => {
    await signInOnPage(await browser.newPage(), `${sites.latchkey}/register`, 'unable')
    await browser.close()
    browser = await openChromium({ profile, spki: sites.certificate.spki })
    const page = await browser.newPage()
    await page.goto(`${sites.latchkey}/sign-in`)
    const notice = page.getByText('could not confirm that this is the browser')
    await notice.waitFor()
    match((await notice.textContent()) ?? '', /Sign in to continue/)
    await takeScreenshot(page, 'sign-in-device')
    deepEqual(await seriousViolations(page), [])
    await signInOnPage(page, `${sites.latchkey}/sign-in`, 'unable')
    equal(await statusOf(page), 200)
  })
})
