// The DPoP key of latchkey/client in a real Chromium: not extractable, shared by all tabs, and required where a stolen token must not work.

import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { newProfile, openChromium } from '../support/chromium.ts'
import { exec } from '../support/exec.ts'
import { type Sites, startSites } from '../support/sites.ts'
import { PASSWORD } from '../support/test-client.ts'

let sites: Sites
let profile = ''
let browser: BrowserContext
before(async () => {
  sites = await startSites()
  profile = await newProfile()
  browser = await reopen()
})
after(async () => {
  await browser?.close()
  await sites?.[Symbol.asyncDispose]()
  await rm(profile, { recursive: true, force: true })
})

const reopen = () => openChromium({ profile, spki: sites.certificate.spki })

/** A function that runs in a page of the application, with the client of the page. */
type InPage = (client: PageClient, args: readonly string[]) => Promise<unknown>

// biome-ignore lint/suspicious/noExplicitAny: the page is untyped here
type PageClient = any

async function inPage(page: Page, work: InPage, ...args: readonly string[]): Promise<unknown> {
  return page.evaluate(
    async ([latchkey, source, values]) => {
      const { createClient } = await import(`${location.origin}/client.js`)
      const globals = globalThis as unknown as { client?: unknown }
      globals.client ??= createClient({ url: latchkey })
      // biome-ignore lint/security/noGlobalEval: a function of this test, passed to the page
      return globalThis.eval(`(${source})`)(globals.client, values)
    },
    [sites.latchkey, work.toString(), args] as const,
  )
}

async function pageOf(name: string, path: 'register' | 'login' = 'register'): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(sites.app)
  await inPage(
    page,
    (client, [method = '', username, password]) => client[method]({ username, password, remember: true }),
    path,
    name,
    PASSWORD,
  )
  return page
}

const claimsOf = (authorization: unknown) => JSON.parse(Buffer.from(String(authorization).split('.')[1] ?? '', 'base64url').toString())
const tokenIn = (page: Page) => inPage(page, (client) => client.authorization('/'))
const thumbprint = async (page: Page): Promise<string> => claimsOf(await tokenIn(page)).cnf?.jkt

test('tokens are bound to a stored key that scripts cannot export', async () => {
  const page = await pageOf('keeper')
  match(await thumbprint(page), /^[\w-]{43}$/)
  const found = await page.evaluate(async (name) => {
    const opening = indexedDB.open('latchkey', 1)
    await new Promise((resolve) => {
      opening.onsuccess = resolve
    })
    const request = opening.result.transaction('keys').objectStore('keys').get(name)
    await new Promise((resolve) => {
      request.onsuccess = resolve
    })
    opening.result.close()
    const { privateKey } = request.result as CryptoKeyPair
    const attempts = await Promise.allSettled(['jwk', 'pkcs8'].map((format) => crypto.subtle.exportKey(format as 'jwk', privateKey)))
    return [privateKey.extractable, ...attempts.map(({ status }) => status)]
  }, `latchkey:${sites.latchkey}`)
  deepEqual(found, [false, 'rejected', 'rejected'])
  await page.close()
})

test('the key is the same after a reload, in another tab, and after a browser restart', async () => {
  const page = await pageOf('stayer')
  const first = await thumbprint(page)
  await page.reload()
  equal(await thumbprint(page), first)
  const other = await browser.newPage()
  await other.goto(sites.app)
  equal(await thumbprint(other), first)
  await browser.close()
  browser = await reopen()
  const later = await browser.newPage()
  await later.goto(sites.app)
  equal(await thumbprint(later), first)
})

test('tabs that create a key at the same time share one key', async () => {
  await pageOf('twins')
  const pages = await Promise.all([1, 2, 3].map(() => browser.newPage()))
  await Promise.all(pages.map((page) => page.goto(sites.app)))
  await pages[0]?.evaluate(() => indexedDB.deleteDatabase('latchkey'))
  const thumbprints = await Promise.all(
    pages.map((page) =>
      inPage(page, async (client) => {
        const authorization = await client.authorization('/')
        const proof = await client.proof('GET', '/', authorization)
        return JSON.parse(atob(proof.split('.')[0])).jwk.x
      }),
    ),
  )
  equal(new Set(thumbprints).size, 1)
  ok(thumbprints[0])
  await Promise.all(pages.map((page) => page.close()))
})

test('requests that need a proof have one: password change, other sessions, and requests by fetch, jQuery and axios', async () => {
  const page = await pageOf('prover')
  const next = 'seven-grey-herons-at-dusk'
  await inPage(page, (client, [current, chosen]) => client.changePassword(current, chosen), PASSWORD, next)
  match(await thumbprint(page), /^[\w-]{43}$/)
  deepEqual(await inPage(page, (client) => client.sessions.endOthers()), { sessions: 0, rememberMe: 0 })
  const byFetch = await inPage(
    page,
    async (client, [url, current, chosen]) => {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ current: current, next: chosen })
      return (await client.fetch(`${url}/access/password`, { method: 'POST', headers, body, credentials: 'include' })).status
    },
    sites.latchkey,
    next,
    PASSWORD,
  )
  equal(byFetch, 200)
  await inPage(page, (client) => client.session())
  await page.addScriptTag({ url: `${sites.app}/jquery.js` })
  await page.addScriptTag({ url: `${sites.app}/axios.js` })
  const address = `${sites.latchkey}/access/sessions?except=current`
  const byJquery = await inPage(
    page,
    (client, [url]) => {
      const { jQuery } = globalThis as PageClient
      client.ajax(jQuery)
      return jQuery.ajax({ url, type: 'DELETE' }).then((response: PageClient) => response.ended.sessions)
    },
    address,
  )
  equal(byJquery, 0)
  const byAxios = await inPage(
    page,
    async (client, [url]) => {
      const instance = (globalThis as PageClient).axios.create()
      client.axios(instance)
      return (await instance.delete(url)).status
    },
    address,
  )
  equal(byAxios, 200)
  await page.close()
})

test('a deleted key is replaced, and so is the token that was bound to it', async () => {
  const page = await pageOf('cleared')
  const first = await thumbprint(page)
  await page.evaluate(() => indexedDB.deleteDatabase('latchkey'))
  const other = await browser.newPage()
  await other.goto(sites.app)
  deepEqual(await inPage(other, (client) => client.sessions.endOthers()), { sessions: 0, rememberMe: 0 })
  notEqual(await thumbprint(other), first)
  deepEqual(await inPage(page, (client) => client.sessions.endOthers()), { sessions: 0, rememberMe: 0 })
  equal(await thumbprint(page), await thumbprint(other))
  await Promise.all([page.close(), other.close()])
})

test('after a sign-out, which clears the storage, a new sign-in has a key again', async () => {
  const page = await pageOf('returner')
  ok(await thumbprint(page))
  await inPage(page, (client) => client.logout())
  await inPage(page, (client, [username, password]) => client.login({ username, password }), 'returner', PASSWORD)
  match(await thumbprint(page), /^[\w-]{43}$/)
  deepEqual(await inPage(page, (client) => client.sessions.endOthers()), { sessions: 0, rememberMe: 0 })
  await page.close()
})

test('a stolen token can neither revoke sessions nor change the password; the page continues', async () => {
  const page = await pageOf('robbed')
  const token = String(await tokenIn(page))
  const { port } = new URL(sites.latchkey)
  const curl = (...more: readonly string[]) =>
    exec('curl', ['-s', '-w', ' %{http_code}', '--resolve', `api.app.test:${port}:127.0.0.1`, '--cacert', sites.certificate.cert, ...more])
  const stolen = ['-H', `Authorization: ${token}`]
  match(await curl(...stolen, '-X', 'DELETE', `${sites.latchkey}/access/sessions?except=current`), /"proof\.required".*"missing".* 401$/)
  const body = JSON.stringify({ current: PASSWORD, next: 'seven-grey-herons-at-dusk' })
  const json = ['-H', 'Content-Type: application/json', '-d', body]
  match(await curl(...stolen, ...json, `${sites.latchkey}/access/password`), /"proof\.required".* 401$/)
  deepEqual(await inPage(page, (client) => client.sessions.endOthers()), { sessions: 0, rememberMe: 0 })
  await page.close()
})

test('with LATCHKEY_DPOP=always, the client sends a proof with every request', async () => {
  await using strict = await startSites({ env: { LATCHKEY_DPOP: 'always' } })
  const strictBrowser = await openChromium({ spki: strict.certificate.spki })
  try {
    const page = await strictBrowser.newPage()
    await page.goto(strict.app)
    const result = await page.evaluate(
      async ([url, password]) => {
        const { createClient } = await import(`${location.origin}/client.js`)
        const client = createClient({ url })
        await client.register({ username: 'strict', password })
        const { data } = await client.data.patch({ theme: 'dark' })
        const read = await client.fetch(`${url}/access/session`)
        const [first] = await client.sessions.list()
        return [data.theme, read.status, first.kind]
      },
      [strict.latchkey, PASSWORD] as const,
    )
    deepEqual(result, ['dark', 200, 'session'])
  } finally {
    await strictBrowser.close()
  }
})
