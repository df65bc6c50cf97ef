// Names and attributes of our cookies, for every setting.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CookiePurpose, type CookieSettings, cookieAttributes, cookieName } from '../../src/domain/cookies.ts'

const PURPOSES: readonly CookiePurpose[] = ['session', 'remember', 'data', 'known']
const SETTINGS: readonly CookieSettings[] = [true, false].flatMap((secure) =>
  [null, 'example.org'].flatMap((domain) => (['lax', 'strict', 'none'] as const).map((sameSite) => ({ secure, domain, sameSite }))),
)

const PREFIXES: readonly (readonly [boolean, string | null, string])[] = [
  [true, null, '__Host-latchkey_'],
  [true, 'example.org', '__Secure-latchkey_'],
  [false, null, 'latchkey_'],
  [false, 'example.org', 'latchkey_'],
]

for (const [secure, domain, prefix] of PREFIXES) {
  test(`${secure ? 'secure' : 'plain'}, ${domain ?? 'this host alone'}: ${prefix}`, () => {
    for (const purpose of PURPOSES) assert.equal(cookieName(purpose, { secure, domain, sameSite: 'lax' }), prefix + purpose)
  })
}

for (const settings of SETTINGS) {
  test(`attributes hold what the name promises: ${JSON.stringify(settings)}`, () => {
    const attributes = cookieAttributes(settings)
    const name = cookieName('session', settings)
    assert.equal(attributes.httpOnly, true)
    assert.equal(attributes.path, '/')
    assert.equal(attributes.sameSite, settings.sameSite)
    assert.equal(attributes.secure, settings.secure)
    assert.equal(attributes.domain, settings.domain ?? undefined)
    assert.equal('domain' in attributes, settings.domain !== null, 'an undefined Domain is not the same as none')
    assert.equal(attributes.partitioned, settings.sameSite === 'none' ? true : undefined)
    // RFC 6265bis, 4.1.3
    if (name.startsWith('__Host-')) assert.ok(attributes.secure && attributes.domain === undefined && attributes.path === '/')
    if (name.startsWith('__Secure-')) assert.ok(attributes.secure)
  })
}
