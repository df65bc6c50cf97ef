// Firefox as a second browser: sign in on the page, restart, sign in without a password, sign out.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'puppeteer-core'
import { openFirefox } from '../support/firefox.ts'
import { type Sites, startSites } from '../support/sites.ts'
import { PASSWORD } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'

let sites: Sites
let profile = ''
let browser: Browser
before(async () => {
  sites = await startSites()
  profile = await mkdtemp(join(tmpdir(), 'latchkey-firefox-'))
  browser = await openFirefox(profile)
})
after(async () => {
  await browser?.close()
  await sites?.[Symbol.asyncDispose]()
  await rm(profile, { recursive: true, force: true })
})

const pathNow = (page: Page) => new URL(page.url()).pathname

test('after a restart, Firefox is signed in again without a password', async () => {
  const page = await browser.newPage()
  await page.goto(`${sites.latchkey}/register?lang=en`)
  await page.type('#username', 'firefox')
  await page.type('#password', PASSWORD)
  await page.click('#remember')
  await page.click('button[type=submit]')
  await waitFor('the account page', () => pathNow(page) === '/account')
  await page.waitForSelector('h1')

  await browser.close()
  browser = await openFirefox(profile)
  const restarted = await browser.newPage()
  const sent: string[] = []
  restarted.on('request', (request) => {
    if (request.url().startsWith(sites.latchkey)) sent.push(request.headers().cookie ?? '')
  })
  await restarted.goto(`${sites.latchkey}/sign-in?return=/docs/errors`)
  await waitFor('the return URL', () => pathNow(restarted) === '/docs/errors')
  const [first = ''] = sent
  ok(first.includes('latchkey_remember=') && !first.includes('latchkey_session='), first.replaceAll(/=[^;]+/g, '=…'))

  const result = await restarted.evaluate(async () => {
    const me = await (await fetch('/access/token', { method: 'POST' })).json()
    const url = `/access/logout/${me.user.id}`
    const byCookie = await fetch(url, { method: 'POST' })
    const byHeader = await fetch(url, { headers: { Authorization: me.token } })
    return [me.user.username, byCookie.status, byHeader.status, (await fetch('/access/session')).status]
  })
  deepEqual(result, ['firefox', 403, 200, 401])
})

test('an application on another origin signs in with Firefox too', async () => {
  const page = await browser.newPage()
  await page.goto(sites.app)
  const name = await page.evaluate(
    async (latchkey, password) => {
      const { createClient } = await import(`${location.origin}/client.js`)
      const client = createClient({ url: latchkey })
      await client.login({ username: 'firefox', password })
      const { user } = await (await client.fetch(`${latchkey}/access/session`)).json()
      await client.logout()
      return user.username
    },
    sites.latchkey,
    PASSWORD,
  )
  equal(name, 'firefox')
})

/** The thumbprint of the key that the page's token is bound to. Also sends a request that needs a proof. */
async function keyIn(page: Page): Promise<string> {
  await page.goto(sites.app)
  return page.evaluate(async (latchkey) => {
    const { createClient } = await import(`${location.origin}/client.js`)
    const client = createClient({ url: latchkey })
    const [, claims] = (await client.authorization('/')).split('.')
    await client.sessions.endOthers()
    return JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))).cnf?.jkt
  }, sites.latchkey)
}

test('tokens are bound to a key that survives a restart, and requests that need a proof have one', async () => {
  const page = await browser.newPage()
  await page.goto(sites.app)
  await page.evaluate(
    async (latchkey, password) => {
      const { createClient } = await import(`${location.origin}/client.js`)
      await createClient({ url: latchkey }).login({ username: 'firefox', password, remember: true })
    },
    sites.latchkey,
    PASSWORD,
  )
  const first = await keyIn(page)
  match(first, /^[\w-]{43}$/)
  equal(await keyIn(page), first)
  await browser.close()
  browser = await openFirefox(profile)
  equal(await keyIn(await browser.newPage()), first)
})
