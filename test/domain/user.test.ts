// Usernames: which are allowed, and which are the same user.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRole, usernameKey } from '../../src/domain/user.ts'

const ALLOWED: readonly (readonly [string, string, string])[] = [
  ['lower case', 'alice', 'alice'],
  ['upper case', 'ALICE', 'alice'],
  ['two characters', 'ab', 'ab'],
  ['two letters in Chinese', '李雷', '李雷'],
  ['64 characters', 'a'.repeat(64), 'a'.repeat(64)],
  ['64 characters outside the basic plane', '𠀀'.repeat(64), '𠀀'.repeat(64)],
  ['dots, underscores and hyphens', '._-', '._-'],
  ['digits first', '1st', '1st'],
  ['Chinese', '张小明', '张小明'],
  ['Cyrillic', 'Иван', 'иван'],
  ['Arabic', 'محمد', 'محمد'],
  ['Devanagari with its marks', 'हिन्दी', 'हिन्दी'],
  ['64 letters of four parts each', 'α\u0313\u0300\u0345'.repeat(64), '\u1f02ι'.repeat(64)],
  ['a decomposed accent', 'Zoe\u0301', 'zoé'],
  ['full width', 'Ａｌｉｃｅ', 'alice'],
  ['a ligature', 'ﬁona', 'fiona'],
  ['sharp s', 'Straße', 'strasse'],
  ['final sigma', 'ΝΊΚΟΣ', 'νίκος'],
  ['Arabic digits, kept as they are', 'abc٣', 'abc٣'],
  ['superscripts', 'abc²', 'abc2'],
]

for (const [what, name, key] of ALLOWED) {
  test(`${what}: ${name.slice(0, 20)} is ${key.slice(0, 20)}`, () => assert.equal(usernameKey(name), key))
}

const REFUSED: Readonly<Record<string, string>> = {
  'an empty text': '',
  'one character': '李',
  '65 characters': 'a'.repeat(65),
  '33 ligatures that stand for 66': 'ﬁ'.repeat(33),
  'a character that expands to words with blanks': 'ﷺ',
  'a great deal of text': 'a'.repeat(1_000_000),
  'a blank inside': 'al ice',
  'a blank at the end': 'alice ',
  'a line break at the end': 'alice\n',
  NUL: 'ali\0ce',
  'a high surrogate alone': 'ali\ud800ce',
  'a low surrogate alone': 'ali\udc00ce',
  'a mark first': '\u0301alice',
  'an at sign': 'alice@example.org',
  'a slash': 'a/b/c',
  'a quote': "ali'ce",
  'a colon': 'ali:ce',
  emoji: '🙂🙂🙂',
  'a zero-width space': 'ali\u200bce',
  'a zero-width joiner': 'ali\u200dce',
  'a right-to-left override': 'ali\u202ece',
  'a byte order mark': '\ufeffalice',
  'a non-breaking space': 'ali\u00a0ce',
  'a soft hyphen': 'ali\u00adce',
  'a private character': 'ali\ue000ce',
}

for (const [what, name] of Object.entries(REFUSED)) {
  test(`${what} is not a username`, () => assert.equal(usernameKey(name), undefined))
}

test('final and medial sigma are one letter', () => {
  const keys = ['νίκος', 'νίκοσ', 'ΝΊΚΟΣ', 'Νίκος'].map(usernameKey)
  assert.equal(new Set(keys).size, 1, keys.join())
})

test('invisible characters are rejected in a username', () => {
  const refused = ['alice\ufe0f', 'alice\u034f', 'alice\u3164', 'alice\uffa0', 'ali\u17b4ce', 'alice\u{e0100}', '\u3164\u3164\u3164']
  for (const name of refused) assert.equal(usernameKey(name), undefined, JSON.stringify(name))
})

test('scripts that look alike stay apart', () => {
  assert.notEqual(usernameKey('аlice'), usernameKey('alice'))
})

test('capital sharp s and ss are one letter', () => {
  assert.equal(usernameKey('STRAẞE'), usernameKey('STRASSE'))
})

const names = fc.oneof(
  fc.string({ unit: 'binary', minLength: 2, maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom('a', 'ß', 'ς', 'Σ', 'İ', 'ı', 'ŉ', 'ǰ', 'ΐ', 'ͅ', 'ᾳ', '\u0301', '\u0345', 'ﬁ', 'Ａ', 'K'),
    minLength: 2,
    maxLength: 12,
  }),
)

test('the key of a key is the key itself, so no other user can register it', () => {
  fc.assert(
    fc.property(names, (name) => {
      const key = usernameKey(name)
      fc.pre(key !== undefined)
      // Folding may make a name shorter or longer than allowed: then no user can register it.
      const again = usernameKey(key)
      if (again !== undefined) assert.equal(again, key)
    }),
    { numRuns: 5000 },
  )
})

test('upper and lower case, composed and decomposed, are the same user', () => {
  fc.assert(
    fc.property(names, (name) => {
      const key = usernameKey(name)
      fc.pre(key !== undefined)
      const normal = name.normalize('NFKC')
      for (const other of [normal, normal.toUpperCase(), normal.toLowerCase(), name.normalize('NFD')]) {
        const otherKey = usernameKey(other)
        if (otherKey !== undefined) assert.equal(otherKey, key, JSON.stringify(other))
      }
    }),
    { numRuns: 5000 },
  )
})

test('role names', () => {
  for (const role of ['a', 'admin', 'a1_-', 'a'.repeat(32)]) assert.ok(isRole(role), role)
  for (const role of ['', 'A', '1a', '_a', '-a', 'a b', 'a\n', 'é', 'a'.repeat(33)]) assert.ok(!isRole(role), JSON.stringify(role))
})
