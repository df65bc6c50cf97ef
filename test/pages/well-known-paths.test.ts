// Well-known paths that browsers and password managers request by themselves.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { startInProcess } from '../support/in-process.ts'

test('/.well-known/change-password redirects with 303 to the password section of the account page, for GET and HEAD', async () => {
  await using latchkey = await startInProcess()
  for (const method of ['GET', 'HEAD']) {
    const { status, headers } = await latchkey.call(method, '/.well-known/change-password')
    deepEqual([status, headers.location, headers['cache-control']], [303, '/account#password', 'no-store'])
  }
  equal((await latchkey.call('POST', '/.well-known/change-password')).status, 405)
})

test('the well-known path that must not exist is 404, so that password managers trust change-password', async () => {
  await using latchkey = await startInProcess()
  const path = '/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200'
  for (const headers of [{}, { accept: 'text/html' }]) equal((await latchkey.call('GET', path, { headers })).status, 404)
})

test('the icon is served, and robots.txt excludes search engines', async () => {
  await using latchkey = await startInProcess()
  const icon = await latchkey.call('GET', '/favicon.ico')
  deepEqual([icon.status, icon.headers['content-type']], [200, 'image/svg+xml'])
  match(icon.body ?? '', /^<svg xmlns='http:\/\/www\.w3\.org\/2000\/svg'.*<\/svg>$/)
  match(icon.headers['content-security-policy'] ?? '', /default-src 'none'/)
  deepEqual((await latchkey.call('GET', '/robots.txt')).body, 'User-agent: *\nDisallow: /\n')
})

test('a trailing slash redirects to the page and keeps the query', async () => {
  await using latchkey = await startInProcess()
  for (const path of ['/sign-in', '/register', '/signed-out', '/account', '/admin', '/docs', '/docs/errors']) {
    const plain = await latchkey.call('GET', `${path}/`)
    deepEqual([plain.status, plain.headers.location], [308, path])
  }
  const redirect = await latchkey.call('GET', '/sign-in/?return=%2Forders&lang=zh-CN')
  equal(redirect.headers.location, '/sign-in?return=%2Forders&lang=zh-CN')
  for (const path of ['/sign-in//', '//sign-in/', '/sign-in/.']) {
    const { status, headers } = await latchkey.call('GET', path)
    ok(status === 404 && headers.location === undefined, path)
  }
})
