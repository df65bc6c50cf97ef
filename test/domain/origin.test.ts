// The cross-origin check: every combination of the two headers, and look-alike origins.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evaluateOrigin, isSafeMethod } from '../../src/domain/origin.ts'

const OWN = 'https://app.example'
const ALLOWED: ReadonlySet<string> = new Set([OWN, 'http://localhost:5173'])
const SITES = [null, 'same-origin', 'none', 'same-site', 'cross-site', 'something-new', 'SAME-ORIGIN', ''] as const

/** The result for each of SITES, by Origin. */
const TABLE: readonly (readonly [string, string | null, readonly (string | undefined)[]])[] = [
  ['no Origin', null, [undefined, undefined, undefined, 'same_site', 'cross_site', 'origin_missing', 'origin_missing', 'origin_missing']],
  ['Origin null', 'null', [...resultsFor('origin_null')]],
  ['our own Origin', OWN, [...resultsFor(undefined)]],
  ['an allowed Origin', 'http://localhost:5173', [...resultsFor(undefined)]],
  ['a foreign Origin', 'https://evil.example', [...resultsFor('origin_not_allowed')]],
]

function resultsFor(verdict: string | undefined): readonly (string | undefined)[] {
  return SITES.map((site) => (site === 'same-origin' || site === 'none' ? undefined : verdict))
}

for (const [what, origin, verdicts] of TABLE) {
  for (const [index, site] of SITES.entries()) {
    test(`${what}, Sec-Fetch-Site ${JSON.stringify(site)}: ${verdicts[index] ?? 'allowed'}`, () => {
      assert.equal(evaluateOrigin({ secFetchSite: site, origin }, ALLOWED), verdicts[index])
    })
  }
}

const LOOKALIKES = [
  'https://app.example.evil.example',
  'https://app.exampleevil',
  'https://evilapp.example',
  'https://evil.app.example',
  'https://app.example@evil.example',
  'https://app.example:443',
  'https://app.example:8443',
  'https://app.example/',
  'https://app.example.',
  'http://app.example',
  'HTTPS://APP.EXAMPLE',
  'https://App.example',
  ' https://app.example',
  'https://app.example ',
  'https://app.example, https://evil.example',
  'https://evil.example, https://app.example',
  'https://app.example\0',
  'https://аpp.example',
  'app.example',
  'http://localhost',
  'http://localhost:51730',
  'http://127.0.0.1:5173',
  'https://*.example',
  'NULL',
  '',
  'undefined',
  '__proto__',
]

for (const origin of LOOKALIKES) {
  test(`${JSON.stringify(origin)} is not allowed`, () => {
    for (const site of [null, 'same-site', 'cross-site']) {
      assert.equal(evaluateOrigin({ secFetchSite: site, origin }, ALLOWED), 'origin_not_allowed')
    }
  })
}

test('null is refused even when it is in the allowed list', () => {
  assert.equal(evaluateOrigin({ secFetchSite: 'cross-site', origin: 'null' }, new Set(['null'])), 'origin_null')
})

test('only GET, HEAD and OPTIONS in capitals are safe methods', () => {
  for (const method of ['GET', 'HEAD', 'OPTIONS']) assert.ok(isSafeMethod(method))
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'QUERY', 'get', 'Get', '', 'GET '])
    assert.ok(!isSafeMethod(method), method)
})
