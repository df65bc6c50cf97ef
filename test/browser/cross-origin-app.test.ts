// An application on another origin with jQuery, axios, fetch and XMLHttpRequest: sign in, call, renew, sign out.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { openChromium } from '../support/chromium.ts'
import { type Sites, startSites } from '../support/sites.ts'
import { PASSWORD } from '../support/test-client.ts'

let sites: Sites
let browser: BrowserContext
before(async () => {
  sites = await startSites()
  browser = await openChromium({ spki: sites.certificate.spki })
})
after(async () => {
  await browser?.close()
  await sites?.[Symbol.asyncDispose]()
})

async function pageOf(script?: string): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(sites.app)
  if (script) await page.addScriptTag({ url: script })
  return page
}

test('jQuery, with its own headers and with the client', async () => {
  const page = await pageOf('/jquery.js')
  const result = await page.evaluate(
    async ({ latchkey, password }) => {
      // biome-ignore lint/suspicious/noExplicitAny: jQuery in the page is untyped
      const $ = (globalThis as any).$
      const json = { contentType: 'application/json', xhrFields: { withCredentials: true } }
      const me = await $.ajax({
        ...json,
        url: `${latchkey}/access/register`,
        method: 'POST',
        data: JSON.stringify({ username: 'jquery', password }),
      })
      const read = await $.ajax({ url: `${latchkey}/access/session`, headers: { Authorization: me.token } })
      const changed = await $.ajax({
        url: `${latchkey}/access/audit-events`,
        method: 'POST',
        contentType: 'application/json',
        data: '{"action":"order.placed"}',
        // biome-ignore lint/suspicious/noExplicitAny: jQuery in the page is untyped
        beforeSend: (request: any) => request.setRequestHeader('Authorization', me.token),
      })
      const renewed = await $.ajax({ ...json, url: `${latchkey}/access/token`, method: 'POST' })
      const refused = await $.ajax({
        ...json,
        url: `${latchkey}/access/audit-events`,
        method: 'POST',
        data: '{"action":"order.placed"}',
      }).catch(
        // biome-ignore lint/suspicious/noExplicitAny: jQuery in the page is untyped
        (error: any) => error.responseJSON.code,
      )
      const ended = await $.ajax({ url: `${latchkey}/access/logout/${me.user.id}`, headers: { Authorization: renewed.token } })

      const { createClient } = await import(`${location.origin}/client.js`)
      const client = createClient({ url: latchkey })
      client.ajax($)
      await client.login({ username: 'jquery', password })
      const carried = await $.get(`${latchkey}/access/session`)
      const posted = await $.ajax({
        url: `${latchkey}/access/audit-events`,
        method: 'POST',
        contentType: 'application/json',
        data: '{"action":"order.paid"}',
      })
      // biome-ignore lint/suspicious/noExplicitAny: jQuery in the page is untyped
      const missing = await $.ajax({ url: `${latchkey}/access/sessions/nothing`, method: 'DELETE' }).catch((error: any) => [
        error.status,
        error.responseJSON.code,
      ])
      await client.logout()
      // biome-ignore lint/suspicious/noExplicitAny: jQuery in the page is untyped
      const after = await $.get(`${latchkey}/access/session`).catch((error: any) => error.responseJSON.code)
      return {
        read: read.via,
        changed: changed.action,
        renewed: renewed.session.id === me.session.id,
        refused,
        ended: ended.ended,
        carried: carried.via,
        posted: posted.action,
        missing,
        after,
      }
    },
    { latchkey: sites.latchkey, password: PASSWORD },
  )
  deepEqual(result, {
    read: 'token',
    changed: 'order.placed',
    renewed: true,
    refused: 'csrf.header_required',
    ended: { sessions: 1, rememberMe: 0 },
    carried: 'token',
    posted: 'order.paid',
    missing: [404, 'resource.not_found'],
    after: 'session.required',
  })
  await page.close()
})

test('axios, with its own headers and with the client', async () => {
  const page = await pageOf('/axios.js')
  const result = await page.evaluate(
    async ({ latchkey, password }) => {
      // biome-ignore lint/suspicious/noExplicitAny: axios in the page is untyped
      const axios = (globalThis as any).axios
      const web = axios.create({ baseURL: latchkey, withCredentials: true })
      const { data: me } = await web.post('/access/register', { username: 'axios', password })
      const headers = { Authorization: me.token }
      const { status } = await web.post('/access/audit-events', { action: 'order.placed' }, { headers })
      const { data: renewed } = await web.post('/access/token')
      await web.post(`/access/logout/${me.user.id}`, null, { headers: { Authorization: `Bearer ${renewed.token}` } })

      const { createClient } = await import(`${location.origin}/client.js`)
      const client = createClient({ url: latchkey })
      const withClient = axios.create({ baseURL: latchkey })
      client.axios(withClient)
      await client.login({ username: 'axios', password })
      const carried = await withClient.get('/access/session')
      await client.logout()
      // biome-ignore lint/suspicious/noExplicitAny: axios in the page is untyped
      const after = await withClient.get('/access/session').catch((error: any) => error.response.data.code)
      return { status, renewed: renewed.session.id === me.session.id, carried: carried.data.via, after }
    },
    { latchkey: sites.latchkey, password: PASSWORD },
  )
  deepEqual(result, { status: 201, renewed: true, carried: 'token', after: 'session.required' })
  await page.close()
})

test("the client's own fetch, and XMLHttpRequest with its header", async () => {
  const page = await pageOf()
  const result = await page.evaluate(
    async ({ latchkey, password }) => {
      const { createClient } = await import(`${location.origin}/client.js`)
      const client = createClient({ url: latchkey })
      const events: string[] = []
      for (const name of ['signed-in', 'signed-out']) client.on(name, () => events.push(name))
      await client.register({ username: 'fetch', password })
      const read = await (await client.fetch(`${latchkey}/access/session`)).json()
      await client.data.patch({ cart: ['tea'] })
      await client.clientData.write({ theme: 'dark' })
      const header = await client.authorization(latchkey)
      const status = await new Promise((resolve) => {
        const request = new XMLHttpRequest()
        request.open('POST', `${latchkey}/access/audit-events`)
        request.setRequestHeader('Authorization', header)
        request.setRequestHeader('Content-Type', 'application/json')
        request.onload = () => resolve(request.status)
        request.send('{"action":"order.placed"}')
      })
      const secondClient = createClient({ url: latchkey })
      const resumed = await secondClient.session()
      const data = await secondClient.data.read()
      const clientData = await secondClient.clientData.read()
      const ended = await client.logout()
      const stored = [...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie]
      const after = (await client.fetch(`${latchkey}/access/session`)).status
      return {
        via: read.via,
        status,
        same: resumed.session.id === read.session.id,
        data: data.data,
        clientData,
        ended,
        stored,
        after,
        events,
      }
    },
    { latchkey: sites.latchkey, password: PASSWORD },
  )
  deepEqual(result, {
    via: 'token',
    status: 201,
    same: true,
    data: { cart: ['tea'] },
    clientData: { theme: 'dark' },
    ended: { sessions: 1, rememberMe: 0 },
    stored: [''],
    after: 401,
    events: ['signed-in', 'signed-out'],
  })
  await page.close()
})

test('the cookies are host-only and HttpOnly', async () => {
  const page = await pageOf()
  await page.evaluate(
    async ({ latchkey, password }) => {
      const { createClient } = await import(`${location.origin}/client.js`)
      await createClient({ url: latchkey }).register({ username: 'cookies', password, remember: true })
    },
    { latchkey: sites.latchkey, password: PASSWORD },
  )
  const cookies = await browser.cookies(sites.latchkey)
  const ours = cookies.filter(({ name }) => /latchkey_(session|remember)$/.test(name))
  equal(ours.length, 2)
  for (const { name, httpOnly, secure, sameSite, domain, expires } of ours) {
    ok(name.startsWith('__Host-'))
    deepEqual([httpOnly, secure, sameSite, domain], [true, true, 'Lax', 'api.app.test'])
    equal(expires === -1, name.endsWith('session'))
  }
  await page.close()
})
