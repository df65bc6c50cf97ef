// The full flow with `tough-cookie`, a jar that implements RFC 6265bis: prefixes, Secure, session cookies.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CookieJar } from 'tough-cookie'
import { startServer } from '../support/server.ts'

const ADA = { username: 'ada', password: 'blue-tulip-under-7-moons' }

interface JsonResponse {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests know the shape of the responses
  readonly json: any
}

/** A client that stores cookies as a browser does, for the public URL. */
function createBrowser(url: string, publicUrl: string, jar: CookieJar) {
  return async (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<JsonResponse> => {
    const cookie = await jar.getCookieString(publicUrl + path)
    const response = await fetch(url + path, {
      method,
      headers: { ...(cookie && { cookie }), ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    for (const set of response.headers.getSetCookie()) await jar.setCookie(set, publicUrl + path)
    const text = await response.text()
    return { status: response.status, json: text === '' ? undefined : JSON.parse(text) }
  }
}

/** The jar after a browser restart: all cookies except session cookies. */
function restartedBrowser(jar: CookieJar): CookieJar {
  const { cookies = [], ...rest } = jar.serializeSync() ?? { cookies: [] }
  return CookieJar.deserializeSync({
    ...rest,
    cookies: cookies.filter(({ expires, maxAge }) => expires !== undefined || maxAge !== undefined),
  } as never)
}

for (const publicUrl of [undefined, 'https://login.example.com']) {
  test(`registers, restarts, signs in again without a password, and signs out, at ${publicUrl ?? 'http'}`, async () => {
    await using server = await startServer({ env: publicUrl === undefined ? {} : { LATCHKEY_PUBLIC_URL: publicUrl } })
    const jar = new CookieJar(undefined, { prefixSecurity: 'strict' })
    const browser = createBrowser(server.url, server.publicUrl, jar)
    const registered = await browser('POST', '/access/register', { ...ADA, remember: true })
    assert.equal(registered.status, 201)
    const names = (await jar.getCookies(server.publicUrl)).map(({ key }) => key).sort()
    const prefix = publicUrl === undefined ? '' : '__Host-'
    assert.deepEqual(names, [`${prefix}latchkey_known`, `${prefix}latchkey_remember`, `${prefix}latchkey_session`])
    assert.equal((await browser('GET', '/access/session')).json.user.username, 'ada')

    const restartedJar = restartedBrowser(jar)
    const restarted = createBrowser(server.url, server.publicUrl, restartedJar)
    const first = await restarted('GET', '/access/session')
    assert.deepEqual([first.status, first.json.reason, first.json.refreshable], [401, 'none', true])
    const resumed = await restarted('POST', '/access/token')
    assert.equal(resumed.status, 200)
    assert.notEqual(resumed.json.session.id, registered.json.session.id)
    assert.equal((await restarted('GET', '/access/session')).json.session.id, resumed.json.session.id)

    const out = await restarted('POST', `/access/logout/${registered.json.user.id}`, undefined, { authorization: resumed.json.token })
    assert.deepEqual(out.json, { ended: { sessions: 2, rememberMe: 1 } })
    assert.deepEqual(
      (await restartedJar.getCookies(server.publicUrl)).map(({ key }) => key),
      [`${prefix}latchkey_known`],
    )
    assert.equal((await browser('GET', '/access/session')).json.reason, 'revoked')
    assert.equal((await browser('POST', '/access/token')).json.reason, 'revoked')
  })
}
