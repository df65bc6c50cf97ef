// Names, attributes and domains of cookies, as browsers enforce them (RFC 6265bis).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type CookiePurpose,
  type CookieSettings,
  cookieAttributes,
  cookieDomains,
  cookieName,
  isCookieStem,
} from '../../src/domain/cookies.ts'

const SHARED: readonly CookiePurpose[] = ['session', 'remember', 'data']
const HOST_ONLY: readonly CookiePurpose[] = ['device', 'known', 'pair']
const SETTINGS: readonly CookieSettings[] = [true, false].flatMap((secure) =>
  [null, 'example.org'].flatMap((domain) =>
    (['lax', 'strict', 'none'] as const).map((sameSite) => ({ stem: 'latchkey', secure, domain, sameSite })),
  ),
)

const PREFIXES: readonly (readonly [boolean, string | null, string, string])[] = [
  [true, null, '__Host-staff_', '__Host-staff_'],
  [true, 'example.org', '__Secure-staff_', '__Host-staff_'],
  [false, null, 'staff_', 'staff_'],
  [false, 'example.org', 'staff_', 'staff_'],
]

for (const [secure, domain, shared, hostOnly] of PREFIXES) {
  test(`${secure ? 'secure' : 'plain'}, ${domain ?? 'this host only'}: ${shared}, and ${hostOnly} for host-only cookies`, () => {
    const settings = { stem: 'staff', secure, domain, sameSite: 'lax' } as const
    for (const purpose of SHARED) assert.equal(cookieName(purpose, settings), shared + purpose)
    for (const purpose of HOST_ONLY) assert.equal(cookieName(purpose, settings), hostOnly + purpose)
  })
}

for (const settings of SETTINGS) {
  test(`attributes satisfy the name prefix: ${JSON.stringify(settings)}`, () => {
    for (const purpose of [...SHARED, ...HOST_ONLY]) {
      const domain = SHARED.includes(purpose) ? settings.domain : null
      const attributes = cookieAttributes(purpose, settings)
      const name = cookieName(purpose, settings)
      assert.equal(attributes.httpOnly, true)
      assert.equal(attributes.path, '/')
      assert.equal(attributes.sameSite, settings.sameSite)
      assert.equal(attributes.secure, settings.secure)
      assert.equal(attributes.domain, domain ?? undefined)
      assert.equal('domain' in attributes, domain !== null, 'an undefined Domain is not the same as none')
      assert.equal(attributes.partitioned, settings.sameSite === 'none' ? true : undefined)
      // RFC 6265bis, 4.1.3
      if (name.startsWith('__Host-')) assert.ok(attributes.secure && attributes.domain === undefined && attributes.path === '/')
      if (name.startsWith('__Secure-')) assert.ok(attributes.secure)
    }
  })
}

test('a cookie name begins with a lower-case letter and has at most 32 characters', () => {
  for (const stem of ['latchkey', 'a', 'staff-2', 'x'.repeat(32)]) assert.equal(isCookieStem(stem), true, stem)
  for (const stem of ['', '2nd', '-a', 'Latchkey', 'a_b', 'a.b', '__Host-a', 'a b', 'a=', 'é', 'x'.repeat(33), 'a\n'])
    assert.equal(isCookieStem(stem), false, JSON.stringify(stem))
})

test('a cookie can have the domain of its host and of each parent, but no single label, and none for an address', () => {
  assert.deepEqual(cookieDomains('login.staging.example.test'), [
    undefined,
    'login.staging.example.test',
    'staging.example.test',
    'example.test',
  ])
  assert.deepEqual(cookieDomains('example.test'), [undefined, 'example.test'])
  for (const host of ['localhost', '127.0.0.1', '[::1]', '192.0.2.7', 'intranet']) assert.deepEqual(cookieDomains(host), [undefined], host)
  const deep = `${'a.'.repeat(40)}example.test`
  assert.equal(cookieDomains(deep).length, 7)
  assert.equal(cookieDomains(deep).at(-1), 'example.test')
})
