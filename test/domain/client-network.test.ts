// Client networks, and the rate limit counters that an attempt and a registration take a point from.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientNetworks } from '../../src/domain/client-network.ts'
import { attemptCounter, counterKind, networkCounters } from '../../src/domain/limits.ts'
import { addNetwork, isRecentNetwork, type RecentNetwork } from '../../src/domain/recent-networks.ts'
import { DAY, HOUR, MINUTE } from '../../src/domain/time.ts'

const LIMIT = { points: 100, window: 5 * MINUTE }

function pointsOf(ip: string): readonly (readonly [string, number])[] {
  return networkCounters('address', ip, LIMIT).map(({ key, limit }) => [key, limit.points])
}

test('an IPv4 address counts as a whole, also when it is mapped into IPv6', () => {
  for (const ip of ['192.0.2.7', '::ffff:192.0.2.7', '::FFFF:c000:207', '0:0:0:0:0:ffff:c000:0207', '::ffff:192.0.2.7%eth0']) {
    assert.deepEqual(pointsOf(ip), [['address:192.0.2.7', 100]], ip)
  }
})

test('an IPv6 address counts for its /64 with the base limit, its /56 with 4 times and its /48 with 16 times that limit', () => {
  const expected = [
    ['address-64:2001:db8:1:2b3::/64', 100],
    ['address-56:2001:db8:1:200::/56', 400],
    ['address-48:2001:db8:1::/48', 1600],
  ]
  for (const ip of ['2001:db8:1:2b3::1', '2001:0DB8:0001:02b3:ffff::', '2001:db8:1:2b3::9%eth0', '2001:db8:1:2b3:4:5:192.0.2.7']) {
    assert.deepEqual(pointsOf(ip), expected, ip)
  }
  const names = clientNetworks('2001:db8:1:12b3::1').map(({ name }) => name)
  assert.deepEqual(names, ['2001:db8:1:12b3::/64', '2001:db8:1:1200::/56', '2001:db8:1::/48'])
})

test('each width is a kind of its own, so that many networks of one width evict no counter of another', () => {
  const kinds = ['192.0.2.7', '2001:db8::1'].flatMap((ip) => networkCounters('register', ip, LIMIT).map(({ key }) => counterKind(key)))
  assert.deepEqual(kinds, ['register:', 'register-64:', 'register-56:', 'register-48:'])
})

test('an unknown address is in no network', () => {
  assert.deepEqual([clientNetworks(''), clientNetworks('%eth0'), networkCounters('register', '', LIMIT)], [[], [], []])
})

test('unknown clients share a counter; a known device and a recent network have their own, with the same limit', () => {
  const counterFor = (device?: string, network?: string) => attemptCounter({ user: 'u', device, network }, LIMIT)
  const counters = [counterFor(), counterFor('d'), counterFor(undefined, 'n'), counterFor('d', 'n'), counterFor('e', 'n')]
  assert.deepEqual(
    counters.map(({ key }) => key),
    ['user:u', 'device:u:d', 'network:u:n', 'device:u:d', 'device:u:e'],
  )
  for (const { limit } of counters) assert.deepEqual(limit, LIMIT)
})

test('a network is recent for 30 days after the last sign-in from there', () => {
  const networks = addNetwork([], 'home', 0) ?? []
  assert.equal(isRecentNetwork(networks, 'home', 30 * DAY - 1), true)
  assert.equal(isRecentNetwork(networks, 'home', 30 * DAY), false)
  assert.equal(isRecentNetwork(networks, 'elsewhere', 0), false)
  const renewed = addNetwork(networks, 'home', 29 * DAY) ?? []
  assert.equal(isRecentNetwork(renewed, 'home', 58 * DAY), true)
  assert.equal(addNetwork(renewed, 'home', 29 * DAY + HOUR - 1), undefined, 'it was recorded within the hour')
})

test('a user keeps the sixteen most recently used networks', () => {
  let networks: readonly RecentNetwork[] = []
  for (let index = 0; index < 40; index += 1) networks = addNetwork(networks, `n${index}`, index) ?? networks
  assert.deepEqual(
    networks.map(({ network }) => network),
    Array.from({ length: 16 }, (_, index) => `n${39 - index}`),
  )
})
