// The story once more through `tough-cookie`, a jar that keeps the rules of RFC 6265bis: prefixes, Secure, sessions.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CookieJar } from 'tough-cookie'
import { startServer } from '../support/server.ts'

const ADA = { username: 'ada', password: 'blue-tulip-under-7-moons' }

interface JsonResponse {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests that know their shape
  readonly json: any
}

/** A client that keeps cookies as a browser does, for the address that people see. */
function createBrowser(url: string, publicUrl: string, jar: CookieJar) {
  return async (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<JsonResponse> => {
    const cookie = await jar.getCookieString(publicUrl + path)
    const answer = await fetch(url + path, {
      method,
      headers: { ...(cookie && { cookie }), ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    for (const set of answer.headers.getSetCookie()) await jar.setCookie(set, publicUrl + path)
    const text = await answer.text()
    return { status: answer.status, json: text === '' ? undefined : JSON.parse(text) }
  }
}

/** What is on disk when a browser has been closed: everything but the cookies of the session. */
function restartedBrowser(jar: CookieJar): CookieJar {
  const { cookies = [], ...rest } = jar.serializeSync() ?? { cookies: [] }
  return CookieJar.deserializeSync({
    ...rest,
    cookies: cookies.filter(({ expires, maxAge }) => expires !== undefined || maxAge !== undefined),
  } as never)
}

for (const publicUrl of [undefined, 'https://login.example.com']) {
  test(`signed in, closed, opened, signed in again without the password, signed out, at ${publicUrl ?? 'http'}`, async () => {
    await using server = await startServer({ env: publicUrl === undefined ? {} : { LATCHKEY_PUBLIC_URL: publicUrl } })
    const jar = new CookieJar(undefined, { prefixSecurity: 'strict' })
    const browser = createBrowser(server.url, server.publicUrl, jar)
    const registered = await browser('POST', '/access/register', { ...ADA, remember: true })
    assert.equal(registered.status, 201)
    const names = (await jar.getCookies(server.publicUrl)).map(({ key }) => key).sort()
    const prefix = publicUrl === undefined ? '' : '__Host-'
    assert.deepEqual(names, [`${prefix}latchkey_known`, `${prefix}latchkey_remember`, `${prefix}latchkey_session`])
    assert.equal((await browser('GET', '/access/session')).json.user.username, 'ada')

    const opened = restartedBrowser(jar)
    const again = createBrowser(server.url, server.publicUrl, opened)
    const first = await again('GET', '/access/session')
    assert.deepEqual([first.status, first.json.reason, first.json.refreshable], [401, 'none', true])
    const restored = await again('POST', '/access/token')
    assert.equal(restored.status, 200)
    assert.notEqual(restored.json.session.id, registered.json.session.id)
    assert.equal((await again('GET', '/access/session')).json.session.id, restored.json.session.id)

    const out = await again('POST', `/access/logout/${registered.json.user.id}`, undefined, { authorization: restored.json.token })
    assert.deepEqual(out.json, { ended: { sessions: 2, rememberMe: 1 } })
    assert.deepEqual(
      (await opened.getCookies(server.publicUrl)).map(({ key }) => key),
      [`${prefix}latchkey_known`],
    )
    assert.equal((await browser('GET', '/access/session')).json.reason, 'revoked')
    assert.equal((await browser('POST', '/access/token')).json.reason, 'revoked')
  })
}
