// The pages over HTTP: languages, headers, return URLs, redirects and rejected requests.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { startInProcess } from '../support/in-process.ts'
import { PASSWORD } from '../support/test-client.ts'

const PAGES = ['/sign-in', '/register', '/signed-out', '/docs', '/docs/errors'] as const

test('every page has security headers in both languages, and no inline script or style', async () => {
  await using latchkey = await startInProcess()
  for (const page of PAGES) {
    for (const [accept, lang] of [
      ['en-GB,en;q=0.8', 'en'],
      ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN'],
    ] as const) {
      const { status, headers, body } = await latchkey.call('GET', page, { headers: { 'accept-language': accept } })
      equal(status, 200)
      equal(headers['content-type'], 'text/html; charset=utf-8')
      match(headers['content-security-policy'] ?? '', /^default-src 'none'; script-src 'self'; style-src 'self';.*frame-ancestors 'none'/)
      ok(!headers['content-security-policy']?.includes('unsafe'))
      equal(headers['referrer-policy'], 'same-origin')
      equal(headers['cache-control'], 'no-store')
      equal(headers['x-content-type-options'], 'nosniff')
      match(body ?? '', new RegExp(`^<!doctype html>\\n<html lang="${lang}">`))
      ok(!/<script(?![^>]* src=)|<style|\son\w+=|\sstyle=/.test(body ?? ''), page)
      match(body ?? '', /<a class="skip" href="#content">.*<main id="content"/s)
    }
  }
})

test('the language is that of the query, else of the cookie, else of Accept-Language', async () => {
  await using latchkey = await startInProcess()
  const langOf = async (path: string, headers: Record<string, string>) =>
    /<html lang="([\w-]+)">/.exec((await latchkey.call('GET', path, { headers })).body ?? '')?.[1]
  const chinese = { 'accept-language': 'fr, zh-TW;q=0.7, en;q=0.5' }
  equal(await langOf('/sign-in', {}), 'en')
  equal(await langOf('/sign-in', { 'accept-language': 'de, fr' }), 'en')
  equal(await langOf('/sign-in', { 'accept-language': 'zh;q=0, en;q=0.1' }), 'en')
  equal(await langOf('/sign-in', chinese), 'zh-CN')
  equal(await langOf('/sign-in', { ...chinese, cookie: 'a=b; latchkey_language=en' }), 'en')
  equal(await langOf('/sign-in?lang=zh-CN', { cookie: 'latchkey_language=en' }), 'zh-CN')
  equal(await langOf('/sign-in?lang=xx', chinese), 'zh-CN')
  const response = await latchkey.call('GET', '/sign-in?lang=zh-CN')
  deepEqual(response.jar, { latchkey_language: 'zh-CN' })
  deepEqual((await latchkey.call('GET', '/sign-in')).jar, {})
})

test('a return URL must be of our own or an allowed origin', async () => {
  await using latchkey = await startInProcess({ allowedOrigins: ['https://app.example.com'] })
  const returnUrls = {
    '/orders?id=1#top': '/orders?id=1#top',
    'http://localhost:3000/orders': '/orders',
    'https://app.example.com/cart': 'https://app.example.com/cart',
    'https://app.example.com:8443/cart': '/account',
    'https://app.example.com.evil.test/': '/account',
    'https://app.example.com@evil.test/': '/account',
    'https://user:secret@app.example.com/': '/account',
    'http://app.example.com/': '/account',
    '//evil.test/': '/account',
    '/\\evil.test/': '/account',
    '\\\\evil.test': '/account',
    '/%09/evil.test': '/%09/evil.test',
    '\t//evil.test': '/account',
    '/.//evil.test/': 'http://localhost:3000//evil.test/',
    '/a/..//evil.test/': 'http://localhost:3000//evil.test/',
    '/%2e//evil.test/': 'http://localhost:3000//evil.test/',
    'http://localhost:3000//evil.test/x?a#b': 'http://localhost:3000//evil.test/x?a#b',
    'http://localhost:3000/\\evil.test/': 'http://localhost:3000//evil.test/',
    'javascript:alert(1)': '/account',
    'data:text/html,x': '/account',
    'blob:http://localhost:3000/1': '/account',
    'https:evil.test': '/account',
    '': '/',
  }
  for (const [requested, expected] of Object.entries(returnUrls)) {
    const { body } = await latchkey.call('GET', `/sign-in?return=${encodeURIComponent(requested)}`)
    const returnUrl = /data-return="([^"]*)"/.exec(body ?? '')?.[1]?.replaceAll('&amp;', '&')
    equal(returnUrl, expected, requested)
  }
})

test('query parameters are escaped on every page', async () => {
  await using latchkey = await startInProcess()
  const attack = '"><script>alert(1)</script><x y="'
  for (const page of PAGES) {
    const query = new URLSearchParams({ return: `/${attack}`, reason: attack, lang: attack })
    const { body } = await latchkey.call('GET', `${page}?${query}`)
    ok(!body?.includes('<script>alert'), page)
    ok(!body?.includes('"><'.concat('script')), page)
  }
})

test('account and admin pages redirect to the sign-in page without a cookie, and have a new nonce with one', async () => {
  await using latchkey = await startInProcess()
  equal((await latchkey.call('GET', '/')).headers.location, '/sign-in')
  const redirect = await latchkey.call('GET', '/account?lang=zh-CN')
  deepEqual([redirect.status, redirect.headers.location], [303, '/sign-in?lang=zh-CN&return=%2Faccount'])
  equal((await latchkey.call('GET', '/admin')).headers.location, '/sign-in?lang=en&return=%2Fadmin')

  const { jar } = await latchkey.call('POST', '/access/register', { body: { username: 'ada', password: PASSWORD } })
  const headers = { cookie: `latchkey_session=${jar.latchkey_session}` }
  equal((await latchkey.call('GET', '/', { headers })).headers.location, '/account')
  const nonces = new Set<string | undefined>()
  for (const path of ['/account', '/account', '/admin']) {
    const page = await latchkey.call('GET', path, { headers })
    equal(page.status, 200)
    const nonce = /style-src 'self' 'nonce-([\w-]+)'/.exec(page.headers['content-security-policy'] ?? '')?.[1]
    ok(page.body?.includes(`nonce="${nonce}"`))
    nonces.add(nonce)
  }
  equal(nonces.size, 3)
})

test('the sign-in page resumes a session only with a cookie, and never for a re-authentication', async () => {
  await using latchkey = await startInProcess()
  const headers = { cookie: 'latchkey_remember=whatever' }
  const resumes = async (path: string, options = {}) =>
    / data-has-sign-in-cookie=/.test((await latchkey.call('GET', path, options)).body ?? '')
  deepEqual(
    [await resumes('/sign-in'), await resumes('/sign-in', { headers }), await resumes('/sign-in?reason=fresh', { headers })],
    [false, true, false],
  )
})

test('a closed registration shows no form and no link', async () => {
  await using latchkey = await startInProcess({ registration: 'closed' })
  ok(!(await latchkey.call('GET', '/register')).body?.includes('<form'))
  ok(!(await latchkey.call('GET', '/sign-in')).body?.includes('/register'))
})

test('scripts and styles are immutable for caches, and no other file is served', async () => {
  await using latchkey = await startInProcess()
  const { body } = await latchkey.call('GET', '/sign-in')
  const names = [...(body ?? '').matchAll(/\/access\/assets\/([\w.-]+)/g)].map(([path]) => path)
  equal(names.length, 2)
  for (const name of names) {
    const plain = await latchkey.call('GET', name)
    equal(plain.status, 200)
    equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable')
    match(plain.headers['content-type'] ?? '', /^text\/(css|javascript); charset=utf-8$/)
    equal(plain.headers['content-encoding'], undefined)
    equal((await latchkey.call('GET', name, { headers: { 'accept-encoding': 'gzip;q=0' } })).headers['content-encoding'], undefined)
    equal((await latchkey.call('GET', name, { headers: { 'accept-encoding': 'br, gzip' } })).headers['content-encoding'], 'gzip')
  }
  for (const name of ['manifest.json', '..%2f..%2fpackage.json', '%2e%2e', 'sources.sha256', 'x.js', '', '%00']) {
    equal((await latchkey.call('GET', `/access/assets/${name}`)).status, 404, name)
  }
})

test('pages accept no POST', async () => {
  await using latchkey = await startInProcess()
  for (const page of ['/', ...PAGES, '/account', '/admin']) {
    const response = await latchkey.call('POST', page, { body: 'username=a&password=b', type: 'application/x-www-form-urlencoded' })
    deepEqual([response.status, response.headers.allow], [405, 'GET, HEAD, OPTIONS'])
  }
})
