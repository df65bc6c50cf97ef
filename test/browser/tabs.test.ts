// Many tabs of one browser: one token renewal for all, a sign-out for all, and pages from the back-forward cache.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { openChromium } from '../support/chromium.ts'
import { type Sites, startSites } from '../support/sites.ts'
import { PASSWORD } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'

const TOKEN_LIFETIME = 10_000

let sites: Sites
let browser: BrowserContext
before(async () => {
  sites = await startSites({ env: { LATCHKEY_TOKEN_LIFETIME: `${TOKEN_LIFETIME / 1000}s` } })
  browser = await openChromium({ spki: sites.certificate.spki })
})
after(async () => {
  await browser?.close()
  await sites?.[Symbol.asyncDispose]()
})

interface PageGlobals {
  readonly client: {
    readonly user: { readonly username: string } | null
    session(): Promise<unknown>
    fetch(url: string): Promise<Response>
    logout(): Promise<unknown>
    register(user: object): Promise<unknown>
    readonly sessions: {
      list(): Promise<readonly { readonly id: string; readonly current: boolean }[]>
      end(id: string): Promise<unknown>
    }
    on(name: string, listener: (detail: { readonly reason: string }) => void): void
  }
  readonly events: string[]
}

/** A tab of the application with a client that records its events. */
async function openTab(): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(sites.app)
  await page.evaluate(async (latchkey) => {
    const { createClient } = await import(`${location.origin}/client.js`)
    const client = createClient({ url: latchkey })
    const events: string[] = []
    client.on('signed-in', () => events.push('signed-in'))
    client.on('signed-out', ({ reason }: { reason: string }) => events.push(`signed-out: ${reason}`))
    Object.assign(globalThis, { client, events })
  }, sites.latchkey)
  return page
}

const eventsOf = (page: Page) => page.evaluate(() => (globalThis as unknown as PageGlobals).events)
const signedIn = (page: Page) => page.evaluate(async () => (await (globalThis as unknown as PageGlobals).client.session()) !== null)

async function register(page: Page, username: string): Promise<void> {
  await page.evaluate((user) => (globalThis as unknown as PageGlobals).client.register(user), {
    username,
    password: PASSWORD,
    remember: true,
  })
}

/** The number of token requests so far, from the server log. */
function renewals(): number {
  return sites.server
    .output()
    .split('\n')
    .filter((line) => line.includes('"method":"POST"') && line.includes('"/access/token"')).length
}

test('twenty tabs with the same expiring token renew it once; a sign-out reaches all of them', async () => {
  const tabs = await Promise.all(Array.from({ length: 20 }, openTab))
  const [first] = tabs
  ok(first)
  await register(first, 'tabs')
  for (const tab of tabs) await waitFor('every tab to be signed in', async () => (await eventsOf(tab)).includes('signed-in'))
  equal(renewals(), 0)

  // A token is renewed before it expires, so that none expires in transit.
  await first.waitForTimeout(TOKEN_LIFETIME * 0.95)
  const results = await Promise.all(
    tabs.map((tab) =>
      tab.evaluate(async (url) => {
        const { client } = globalThis as unknown as PageGlobals
        const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await client.fetch(url)).status))
        return statuses.every((status) => status === 200)
      }, `${sites.latchkey}/access/session`),
    ),
  )
  deepEqual(new Set(results), new Set([true]))
  equal(renewals(), 1)

  await first.evaluate(() => (globalThis as unknown as PageGlobals).client.logout())
  for (const tab of tabs) await waitFor('every tab to be signed out', async () => (await eventsOf(tab)).includes('signed-out: signed_out'))
  for (const tab of tabs) deepEqual(await eventsOf(tab), ['signed-in', 'signed-out: signed_out'])
  await Promise.all(tabs.map((tab) => tab.close()))
})

test('a client that revokes its own lineage from the list is signed out at once, in every tab', async () => {
  const [tab, other] = [await openTab(), await openTab()]
  await register(tab, 'own-lineage')
  await waitFor('the other tab to be signed in', async () => (await eventsOf(other)).includes('signed-in'))
  await tab.evaluate(async () => {
    const { sessions } = (globalThis as unknown as PageGlobals).client
    const current = (await sessions.list()).find((lineage) => lineage.current)
    await sessions.end(current?.id ?? '')
  })
  deepEqual(await eventsOf(tab), ['signed-in', 'signed-out: signed_out'])
  await waitFor('the other tab to be signed out', async () => (await eventsOf(other)).includes('signed-out: signed_out'))
  await Promise.all([tab.close(), other.close()])
})

test('tabs that start together share one resumed session', async () => {
  const opener = await openTab()
  await register(opener, 'restorers')
  await opener.close()
  await browser.clearCookies({ name: '__Host-latchkey_session' })
  const before = renewals()
  const tabs = await Promise.all(Array.from({ length: 6 }, openTab))
  deepEqual(new Set(await Promise.all(tabs.map(signedIn))), new Set([true]))
  ok(renewals() - before <= tabs.length)
  const sessions = await tabs[0]?.evaluate(async (url) => {
    const response = await (globalThis as unknown as PageGlobals).client.fetch(url)
    return ((await response.json()) as { sessions: number }[]).reduce((sum, { sessions }) => sum + sessions, 0)
  }, `${sites.latchkey}/access/sessions`)
  // The registered session and the resumed one.
  equal(sessions, 2)
  await Promise.all(tabs.map((tab) => tab.close()))
})

test('a tab that finds no session does not sign out another tab', async () => {
  const page = await openTab()
  await register(page, 'steady')
  const other = await openTab()
  // The cookies are deleted; the session is still valid, and the first tab has a token of it.
  await browser.clearCookies()
  equal(await signedIn(other), false)
  equal(await page.evaluate(() => (globalThis as unknown as PageGlobals).client.user?.username), 'steady')
  deepEqual(await eventsOf(page), ['signed-in'])
  await page.close()
  await other.close()
})

test('a page from the back-forward cache checks the session first', async () => {
  const page = await openTab()
  await register(page, 'returner')
  await page.evaluate(() => addEventListener('pageshow', ({ persisted }) => Object.assign(globalThis, { persisted })))
  const other = await openTab()
  equal(await signedIn(other), true)
  await page.goto(`${sites.latchkey}/docs/errors`)
  await other.evaluate(() => (globalThis as unknown as PageGlobals).client.logout())
  await page.goBack({ waitUntil: 'commit' })
  equal(await page.evaluate(() => (globalThis as unknown as { persisted?: boolean }).persisted), true)
  await waitFor('the page to be signed out', async () => (await eventsOf(page)).some((line) => line.startsWith('signed-out')))
  equal(await page.evaluate(() => (globalThis as unknown as PageGlobals).client.user), null)
  await page.close()
  await other.close()
})
