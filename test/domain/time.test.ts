// Parsing of durations, and whole seconds.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DAY, HOUR, MINUTE, parseDuration, SECOND, wholeSeconds } from '../../src/domain/time.ts'

test('a second, a minute, an hour and a day', () => {
  assert.deepEqual([SECOND, MINUTE, HOUR, DAY], [1000, 60_000, 3_600_000, 86_400_000])
})

const READ: readonly (readonly [string, number])[] = [
  ['1s', SECOND],
  ['90s', 90 * SECOND],
  ['20m', 20 * MINUTE],
  ['12h', 12 * HOUR],
  ['30d', 30 * DAY],
  ['9999999d', 9_999_999 * DAY],
]

for (const [text, milliseconds] of READ) {
  test(`${text} is ${milliseconds} ms`, () => assert.equal(parseDuration(text), milliseconds))
}

const REFUSED = [
  '',
  '5',
  's',
  '0s',
  '05m',
  '-1s',
  '+1s',
  '1.5h',
  '1e3s',
  '1 s',
  ' 1s',
  '1s ',
  '1s\n',
  '1S',
  '1ms',
  '1w',
  '10000000s',
  '1s1m',
  '１s',
]

for (const text of REFUSED) {
  test(`${JSON.stringify(text)} is not a duration`, () => assert.equal(parseDuration(text), undefined))
}

test('any text parses to a positive safe integer of milliseconds, or to undefined', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{1,8}[smhdw]$/)), (text) => {
      const milliseconds = parseDuration(text)
      return milliseconds === undefined || (Number.isSafeInteger(milliseconds) && milliseconds > 0)
    }),
  )
})

test('whole seconds are rounded down', () => {
  assert.deepEqual([0, 1, 999, 1000, 1999, 2000].map(wholeSeconds), [0, 0, 0, 1, 1, 2])
})
