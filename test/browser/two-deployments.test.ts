// Production and staging under one domain in one browser: pages are served, and users can sign in to both and sign out; with different
// cookie names they do not affect each other. And a cookie domain that is widened later.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { type Certificate, makeCertificate } from '../support/certificate.ts'
import { newProfile, openChromium } from '../support/chromium.ts'
import { openFirefox } from '../support/firefox.ts'
import { freePort } from '../support/raw-http.ts'
import { type RunningServer, startServer, temporaryFolder } from '../support/server.ts'
import { PASSWORD } from '../support/test-client.ts'

const LOGIN = 'login.example.test'
const STAGING = 'login.staging.example.test'

interface PageResponse {
  readonly status: number
  readonly type: string
}

/** A tab of Chromium or Firefox. */
interface Tab {
  /** Navigates to a URL. */
  open(url: string): Promise<PageResponse>
  /** Sends a request from the open page; returns the status and body of the response. */
  request(method: string, path: string, body?: object, authorization?: string): Promise<{ readonly status: number; readonly text: string }>
  /** Waits until the page shows this text. */
  textWith(wanted: string): Promise<void>
}

interface OpenBrowser extends AsyncDisposable {
  newTab(): Promise<Tab>
}

type Evaluate = (
  run: (request: { method: string; path: string; body: string | null; authorization: string | null }) => Promise<{
    status: number
    text: string
  }>,
  request: { method: string; path: string; body: string | null; authorization: string | null },
) => Promise<{ status: number; text: string }>

function requestIn(evaluate: Evaluate): Tab['request'] {
  return (method, path, body, authorization) =>
    evaluate(
      async (request) => {
        const headers: Record<string, string> = {}
        if (request.body !== null) headers['content-type'] = 'application/json'
        if (request.authorization !== null) headers.authorization = request.authorization
        const response = await fetch(request.path, { method: request.method, headers, body: request.body })
        return { status: response.status, text: await response.text() }
      },
      { method, path, body: body === undefined ? null : JSON.stringify(body), authorization: authorization ?? null },
    )
}

async function chromium(spki: string): Promise<OpenBrowser> {
  const context = await openChromium({ spki })
  return {
    async newTab() {
      const page = await context.newPage()
      return {
        async open(url) {
          const response = await page.goto(url)
          return { status: response?.status() ?? 0, type: (await response?.headerValue('content-type')) ?? '' }
        },
        request: requestIn((run, request) => page.evaluate(run, request)),
        textWith: async (wanted) => page.getByText(wanted).first().waitFor({ timeout: 60_000 }),
      }
    },
    [Symbol.asyncDispose]: () => context.close(),
  }
}

async function firefox(): Promise<OpenBrowser> {
  const profile = await newProfile()
  const browser = await openFirefox(profile)
  return {
    async newTab() {
      const page = await browser.newPage()
      return {
        async open(url) {
          const response = await page.goto(url)
          return { status: response?.status() ?? 0, type: response?.headers()['content-type'] ?? '' }
        },
        request: requestIn((run, request) => page.evaluate(run, request)),
        async textWith(wanted) {
          await page.waitForFunction((text) => document.body.textContent.includes(text), { timeout: 60_000 }, wanted)
        },
      }
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

let folder: string
let certificate: Certificate
before(async () => {
  folder = await temporaryFolder()
  certificate = await makeCertificate(folder, [LOGIN, STAGING, 'localhost'])
})
after(() => rm(folder, { recursive: true, force: true }))

interface Deployment extends AsyncDisposable {
  readonly url: string
  readonly server: RunningServer
}

async function deploy(
  host: string,
  cookieDomain: string,
  env: Readonly<Record<string, string>> = {},
  previous?: Deployment,
): Promise<Deployment> {
  const port = previous === undefined ? await freePort() : Number(new URL(previous.url).port)
  const url = `https://${host}:${port}`
  const server = await startServer({
    ...(previous && { folder: previous.server.folder }),
    env: {
      PORT: String(port),
      LATCHKEY_PUBLIC_URL: url,
      LATCHKEY_COOKIE_DOMAIN: cookieDomain,
      TLS_CERT: certificate.cert,
      TLS_KEY: certificate.key,
      LATCHKEY_CLEAR_SITE_DATA: 'off',
      ...env,
    },
  })
  return { url, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

const PAGES = ['/sign-in', '/register', '/signed-out']

async function everyPageIsServed(tab: Tab, { url }: Deployment): Promise<void> {
  const { status, type } = await tab.open(`${url}/docs/errors`)
  deepEqual([status, type], [200, 'text/html; charset=utf-8'])
  // By fetch, not by navigation: some pages redirect a signed-in user.
  for (const path of PAGES) {
    const page = await tab.request('GET', path)
    equal(page.status, 200, page.text)
    match(page.text, /^<!doctype html>/i, path)
  }
}

async function signInTo(tab: Tab, { url }: Deployment, path: '/access/register' | '/access/login', username: string): Promise<void> {
  await tab.open(`${url}/docs/errors`)
  const { status, text } = await tab.request('POST', path, { username, password: PASSWORD, remember: true })
  ok(status < 300, text)
}

/** Checks the account page, whose client requests a token, and the API. */
async function isSignedIn(tab: Tab, { url }: Deployment, username: string): Promise<void> {
  const { status } = await tab.open(`${url}/account`)
  equal(status, 200)
  await tab.textWith(username)
  const { status: read, text } = await tab.request('GET', '/access/session')
  equal(read, 200, text)
  equal(JSON.parse(text).user.username, username)
}

async function signOut(tab: Tab, { url }: Deployment): Promise<void> {
  await tab.open(`${url}/docs/errors`)
  const { token, user } = JSON.parse((await tab.request('POST', '/access/token')).text)
  const { status, text } = await tab.request('POST', `/access/logout/${user.id}`, undefined, token)
  equal(status, 200, text)
  match((await tab.request('GET', '/access/session')).text, /"session\.required"/)
}

for (const [name, open] of [
  ['Chromium', () => chromium(certificate.spki)],
  ['Firefox', firefox],
] as const)
  describe(`two deployments under one domain, in ${name}`, () => {
    test('with the same cookie name, pages are served and users can sign in to both and sign out', async () => {
      await using production = await deploy(LOGIN, 'example.test')
      await using staging = await deploy(STAGING, 'staging.example.test')
      await using browser = await open()
      const tab = await browser.newTab()
      await signInTo(tab, production, '/access/register', 'prod-user')
      await isSignedIn(tab, production, 'prod-user')
      await everyPageIsServed(tab, staging)
      await signInTo(tab, staging, '/access/register', 'staging-user')
      await everyPageIsServed(tab, staging)
      await isSignedIn(tab, staging, 'staging-user')
      await everyPageIsServed(tab, production)
      await signInTo(tab, production, '/access/login', 'prod-user')
      await isSignedIn(tab, production, 'prod-user')
      await isSignedIn(tab, staging, 'staging-user')
      match(staging.server.output(), /LATCHKEY_COOKIE_NAME/, 'the log names the setting that helps')
      await signOut(tab, staging)
      await everyPageIsServed(tab, staging)
      await signInTo(tab, production, '/access/login', 'prod-user')
      await signOut(tab, production)
      await everyPageIsServed(tab, production)
    })

    test('with different cookie names both stay signed in, and a sign-out of one keeps the other', async () => {
      await using production = await deploy(LOGIN, 'example.test')
      await using staging = await deploy(STAGING, 'staging.example.test', { LATCHKEY_COOKIE_NAME: 'staging' })
      await using browser = await open()
      const tab = await browser.newTab()
      await signInTo(tab, production, '/access/register', 'prod-user')
      await signInTo(tab, staging, '/access/register', 'staging-user')
      for (let round = 0; round < 2; round += 1) {
        await isSignedIn(tab, production, 'prod-user')
        await isSignedIn(tab, staging, 'staging-user')
      }
      await signOut(tab, staging)
      await isSignedIn(tab, production, 'prod-user')
      await signInTo(tab, staging, '/access/login', 'staging-user')
      await signOut(tab, production)
      await isSignedIn(tab, staging, 'staging-user')
    })

    test('widening or narrowing the cookie domain locks no user out', async () => {
      await using narrow = await deploy(LOGIN, LOGIN)
      await using browser = await open()
      const tab = await browser.newTab()
      await signInTo(tab, narrow, '/access/register', 'wide-user')
      await isSignedIn(tab, narrow, 'wide-user')
      for (const domain of ['example.test', LOGIN]) {
        await narrow.server.stop()
        await using changed = await deploy(LOGIN, domain, {}, narrow)
        await isSignedIn(tab, changed, 'wide-user')
        await signInTo(tab, changed, '/access/login', 'wide-user')
        await everyPageIsServed(tab, changed)
        await isSignedIn(tab, changed, 'wide-user')
        await signOut(tab, changed)
        await signInTo(tab, changed, '/access/login', 'wide-user')
      }
    })
  })
