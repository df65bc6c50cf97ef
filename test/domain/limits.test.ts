// Parsing of login limits, and the network key of an address.

import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { addressKey, parseLoginLimits } from '../../src/domain/limits.ts'
import { MINUTE, SECOND } from '../../src/domain/time.ts'

const DEFAULTS = { perUser: { points: 1, window: 1 }, perNetwork: { points: 2, window: 2 } }
const TEN = { points: 10, window: 5 * MINUTE }

test('limits per user and per address, or per user only', () => {
  const perNetwork = { points: 100, window: 30 * SECOND }
  assert.deepEqual(parseLoginLimits('10/5m,100/30s', DEFAULTS), { perUser: TEN, perNetwork })
  assert.deepEqual(parseLoginLimits(' 10/5m , 100/30s ', DEFAULTS), { perUser: TEN, perNetwork })
  assert.deepEqual(parseLoginLimits('1/1s', DEFAULTS)?.perUser, { points: 1, window: SECOND })
  assert.deepEqual(parseLoginLimits('10/5m', DEFAULTS), { perUser: TEN, perNetwork: DEFAULTS.perNetwork })
})

const INVALID_LIMITS = [
  '',
  ',',
  '10',
  '10/',
  '/5m',
  '0/5m',
  '010/5m',
  '-1/5m',
  '1.5/5m',
  '10/0m',
  '10/5',
  '10/5w',
  '10 / 5m',
  '10/5m,',
  ',10/5m',
]
const INVALID_LOGIN_LIMITS = ['10/5m,x', 'x,10/5m', '10/5m,10/5m,10/5m', '10/5m;10/5m', '10/5m/5m', '10000000/5m', '10/5m,10/5m,']

for (const text of [...INVALID_LIMITS, ...INVALID_LOGIN_LIMITS]) {
  test(`${JSON.stringify(text)} is not a limit`, () => assert.equal(parseLoginLimits(text, DEFAULTS), undefined))
}

const KEYS: readonly (readonly [string, string])[] = [
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::FFFF:192.0.2.7', '192.0.2.7'],
  ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
  ['0000:0000:0000:0000:0000:ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::ffff', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8::1:2:3:4:5', '2001:db8:0:1::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['fe80::1%25', 'fe80:0:0:0::/64'],
  ['1::ffff:192.0.2.7', '1:0:0:0::/64'],
  ['0:0:0:0:1:ffff:192.0.2.7', '0:0:0:0::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
]

for (const [address, key] of KEYS) {
  test(`${address} counts as ${key}`, () => {
    assert.notEqual(isIP(address), 0)
    assert.equal(addressKey(address), key)
  })
}

test('an IPv4 address mapped into IPv6 counts as itself, in any notation', () => {
  for (const address of ['::ffff:c000:207', '0:0:0:0:0:ffff:c000:0207', '::ffff:192.0.2.7%eth0']) {
    assert.notEqual(isIP(address), 0)
    assert.equal(addressKey(address), '192.0.2.7', address)
  }
})

test('a trailing IPv4 address stands for two groups', () => {
  assert.equal(addressKey('1::2:3:4:5:192.0.2.7'), '1:0:2:3::/64')
})

const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }))
const groups = fc.array(group, { minLength: 8, maxLength: 8 }).filter((all) => all.slice(0, 5).some((one) => one !== 0))

/** One of the ways to write these groups: leading zeros, capitals, a run of zeros left out, a zone. */
const written = fc.record({ groups, from: fc.nat(7), length: fc.nat(8), padded: fc.boolean(), upper: fc.boolean(), zone: fc.boolean() })

function write(way: { groups: number[]; from: number; length: number; padded: boolean; upper: boolean; zone: boolean }): string {
  const texts = way.groups.map((one) => one.toString(16).padStart(way.padded ? 4 : 1, '0'))
  const run = way.groups.slice(way.from, way.from + way.length)
  const omits = run.length > 0 && run.every((one) => one === 0)
  const address = omits ? `${texts.slice(0, way.from).join(':')}::${texts.slice(way.from + run.length).join(':')}` : texts.join(':')
  return `${way.upper ? address.toUpperCase() : address}${way.zone ? '%eth0' : ''}`
}

test('an IPv6 address counts by its first four groups, in any notation', () => {
  fc.assert(
    fc.property(written, (way) => {
      const address = write(way)
      assert.equal(isIP(address), 6, address)
      const network = way.groups.slice(0, 4).map((one) => one.toString(16))
      assert.equal(addressKey(address), `${network.join(':')}::/64`, address)
    }),
    { numRuns: 2000 },
  )
})

test('IPv4 addresses count as a whole', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      assert.equal(addressKey(address), address)
      assert.equal(addressKey(`::ffff:${address}`), address)
    }),
  )
})

test('text that is not an address has a key too', () => {
  fc.assert(fc.property(fc.string(), (text) => typeof addressKey(text) === 'string'))
})
