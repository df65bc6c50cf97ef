// New usernames: one script, a letter or a digit at both ends, and none that looks like the operator's.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkNewUsername, isReservedUsername } from '../../src/domain/new-username.ts'
import { isSingleScript } from '../../src/domain/unicode-scripts.ts'
import { usernameKey } from '../../src/domain/user.ts'

const ALLOWED = [
  ...[
    'ab',
    'a1',
    '1st',
    'x'.repeat(64),
    '𠀀'.repeat(64),
    'a.b_c-d',
    'a..b',
    'Zoe\u0301',
    'Straße-Ångström',
    'Иван',
    'нн',
    'محمد',
    'हिन्दी',
    '李雷',
  ],
  ...['राम१२', 'राम12', 'ａｄａ', 'oʼbrien', 'İbrahim', 'דוד', 'サザエさん', 'abcの日本語', '한국어漢字abc', 'ㄅㄆ漢字abc', '佐々木'],
]

for (const name of ALLOWED)
  test(`${name.slice(0, 20)} is accepted as a new username`, () => assert.equal(checkNewUsername(name), undefined))

const REFUSED: readonly (readonly [string, string, string])[] = [
  ['one letter', '李', 'length'],
  ['one letter with its vowel sign', 'की', 'length'],
  ['65 characters', 'a'.repeat(65), 'length'],
  ['33 ligatures that stand for 66', 'ﬁ'.repeat(33), 'length'],
  ['a great deal of text', '\u0315\u0300'.repeat(500_000), 'length'],
  ['an at sign', 'ada@example', 'characters'],
  ['half a character', 'ad\ud800', 'characters'],
  ['an enclosing mark', 'ab\u20dd', 'characters'],
  ['a mark on a digit', '12\u0301', 'characters'],
  ['a mark on a dot', 'a.\u0301b', 'characters'],
  ['the same mark twice', 'ax\u0301\u0301b', 'characters'],
  ['five marks on one letter', 'ax\u0300\u0301\u0302\u0303\u0306b', 'characters'],
  ['a dot on a letter that has one', 'i\u0307van', 'characters'],
  ['dots alone', '...', 'ends'],
  ['two dots', '..', 'ends'],
  ['a hyphen first', '-rf', 'ends'],
  ['an underscore first', '_ada', 'ends'],
  ['a dot last', 'root2.', 'ends'],
  ['Cyrillic а in Latin', 'аdmin', 'scripts'],
  ['Latin a in Cyrillic', 'Ивaн', 'scripts'],
  ['Greek in Latin', 'αlpha', 'scripts'],
  ['Cherokee in Latin', 'ᎠᎡa', 'scripts'],
  ['Bopomofo with Kana', 'ㄅカ字', 'scripts'],
  ['Hangul with Kana', '한カ字', 'scripts'],
  ['Han with Cyrillic', '李и', 'scripts'],
  ['Arabic digits in Latin', 'abc٣', 'scripts'],
  ['full-width Cyrillic look-alikes after NFKC', 'ａｄаm', 'scripts'],
  ['a modifier that looks like a quote', 'oˈbrien', 'scripts'],
  ['Latin digits with Devanagari ones', 'राम१2', 'digits'],
  ['Arabic digits of two systems', 'مح٣۴', 'digits'],
]

for (const [what, name, violation] of REFUSED) {
  test(`${what} is rejected: ${violation}`, () => assert.equal(checkNewUsername(name), violation))
}

test('every letter and digit of this runtime belongs to a listed script', () => {
  const missing: string[] = []
  for (let code = 0; code <= 0x10_ffff; code += 1) {
    const character = code >= 0xd800 && code < 0xe000 ? 'a' : String.fromCodePoint(code)
    if (/[\p{L}\p{Nd}]/u.test(character) && !isSingleScript(character)) missing.push(code.toString(16))
  }
  assert.deepEqual(missing, [])
})

test('an accepted username has one key in every normalisation form', () => {
  const unit = fc.constantFrom(...'abİıßςΣаяЯ٣۴1०ािカ字한ㄅ._-\u0301\u0307ﬁＡʼ')
  fc.assert(
    fc.property(fc.string({ unit, minLength: 2, maxLength: 8 }), (name) => {
      fc.pre(checkNewUsername(name) === undefined)
      const key = usernameKey(name)
      assert.ok(key !== undefined)
      for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD']) assert.equal(usernameKey(name.normalize(form)), key)
    }),
    { numRuns: 20_000 },
  )
})

test('usernames of operators are reserved in every case, form and spelling', () => {
  const reserved = ['admin', 'Root', 'SYSTEM', 'no.reply', 'no_reply', 'web-master', 'ｒｏｏｔ', 'r00t', 'R0OT', 'adm1n', 'admln', 'admın']
  for (const name of [...reserved, 'ѕуѕтем', 'ЅУЅТЕМ', 'ꓮꓓꓟꓲꓠ', 'systern']) assert.ok(isReservedUsername(name), name)
  for (const name of ['admins', 'roots', 'rooter', 'mary', 'ada', 'lily', 'админ', '支持']) assert.ok(!isReservedUsername(name), name)
})
