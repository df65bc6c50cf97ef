// The User-Agent as it is stored in records.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { boundedUserAgent } from '../../src/domain/credential.ts'

const SEEN: readonly (readonly [string | null, string])[] = [
  [null, ''],
  ['', ''],
  ['Mozilla/5.0 (X11; Linux x86_64)', 'Mozilla/5.0 (X11; Linux x86_64)'],
  ['a\r\nlevel=error forged', 'a  level=error forged'],
  ['a\0b\tc\u001b[31md\u007fe', 'a b c [31md e'],
  ['x'.repeat(256), 'x'.repeat(256)],
  ['x'.repeat(257), 'x'.repeat(256)],
]

for (const [sent, stored] of SEEN) {
  test(`${JSON.stringify(sent)?.slice(0, 40)} is stored as ${JSON.stringify(stored).slice(0, 40)}`, () =>
    assert.equal(boundedUserAgent(sent), stored))
}

test('neither an 8-bit control character nor half a character is stored', () => {
  assert.doesNotMatch(boundedUserAgent('a\u009b31mb\u0085c'), /\p{Cc}/u)
  assert.ok(boundedUserAgent(`${'x'.repeat(255)}🙂`).isWellFormed())
})

test('any User-Agent is stored short and on one line, and stored again unchanged', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (sent) => {
      const stored = boundedUserAgent(sent)
      assert.ok(stored.length <= 256)
      assert.ok(!/\p{Cc}/u.test(stored.replace(/[\u0080-\u009f]/g, '')))
      assert.equal(boundedUserAgent(stored), stored)
    }),
  )
})
