// Password rules: length in characters, and common or weak passwords.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalPassword, checkLength, checkStrength, exceedsMaxLength, MAX_CHARACTERS } from '../../src/domain/password.ts'

const LENGTHS: readonly (readonly [string, string, string | undefined])[] = [
  ['an empty password', '', 'password.too_short'],
  ['seven characters', 'a'.repeat(7), 'password.too_short'],
  ['eight characters', 'a'.repeat(8), undefined],
  ['eight blanks', ' '.repeat(8), undefined],
  ['four emoji, which are eight code units', '🙂'.repeat(4), 'password.too_short'],
  ['eight emoji', '🙂'.repeat(8), undefined],
  ['256 characters', 'a'.repeat(256), undefined],
  ['256 emoji', '🙂'.repeat(256), undefined],
  ['257 characters', 'a'.repeat(257), 'password.too_long'],
  ['257 emoji', '🙂'.repeat(257), 'password.too_long'],
  ['a great deal of text', 'a'.repeat(10_000_000), 'password.too_long'],
]

for (const [what, password, verdict] of LENGTHS) {
  test(`${what}: ${verdict ?? 'accepted'}`, () => {
    assert.equal(checkLength(password, 8), verdict)
    assert.equal(exceedsMaxLength(password), verdict === 'password.too_long')
  })
}

test('the minimum length is configurable', () => {
  assert.equal(checkLength('a'.repeat(14), 15), 'password.too_short')
  assert.equal(checkLength('a'.repeat(15), 15), undefined)
  assert.equal(MAX_CHARACTERS, 256)
})

test('the canonical form is NFC: accents are composed, and nothing else changes', () => {
  assert.equal(canonicalPassword('e\u0301'), 'é')
  for (const same of [' blanks stay ', 'Case Stays', 'ﬁ', 'Ａ', '²', 'tab\t', 'ß', '']) assert.equal(canonicalPassword(same), same)
})

test('strength: a billion guesses suffice; below, common and weak passwords have different errors', () => {
  const results = [0, 12, 29.9, 30, 80].map((bits) => checkStrength({ bits, common: false }))
  assert.deepEqual(results, ['password.too_weak', 'password.too_weak', 'password.too_weak', undefined, undefined])
  assert.equal(checkStrength({ bits: 4, common: true }), 'password.too_common')
  assert.equal(checkStrength({ bits: 60, common: true }), undefined, 'a common word with much that is random around it')
})
