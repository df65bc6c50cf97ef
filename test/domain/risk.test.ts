// Risk evaluation: User-Agent families, networks, and the severity of a change.

import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { networkPrefix, severityOfChange, shouldRevokeOnRisk, userAgentFamily } from '../../src/domain/risk.ts'

const CHROME_WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'
const CHROME_NEWER = CHROME_WINDOWS.replace('156', '157')
const EDGE_WINDOWS = `${CHROME_WINDOWS} Edg/156.0.0.0`
const CHROME_LINUX = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'
const CHROME_ANDROID = 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36'
const FIREFOX_LINUX = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0'
const FIREFOX_WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:153.0) Gecko/20100101 Firefox/153.0'
const SAFARI_IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1'
const SAFARI_MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15'

const CHANGES: readonly (readonly [string, string, string, string | undefined])[] = [
  ['a newer version', CHROME_WINDOWS, CHROME_NEWER, undefined],
  ['a browser of the same family', CHROME_WINDOWS, EDGE_WINDOWS, undefined],
  ['another system and another browser', CHROME_WINDOWS, FIREFOX_LINUX, 'alarm'],
  ['a telephone instead of a computer', CHROME_WINDOWS, SAFARI_IPHONE, 'alarm'],
  ['another system', FIREFOX_LINUX, FIREFOX_WINDOWS, 'warning'],
  ['the desktop site on a phone', CHROME_ANDROID, CHROME_LINUX, 'warning'],
  ['a tablet that calls itself a computer', SAFARI_IPHONE, SAFARI_MAC, 'warning'],
  ['another browser', CHROME_LINUX, FIREFOX_LINUX, 'warning'],
  ['a command-line client', CHROME_LINUX, 'curl/8.14.1', 'warning'],
  ['an unknown User-Agent before', 'Something/1.0', CHROME_LINUX, undefined],
  ['no User-Agent now', CHROME_LINUX, '', undefined],
  ['two command-line clients', 'curl/8.14.1', 'python-requests/2.32', undefined],
]

for (const [what, before, now, severity] of CHANGES)
  test(`${what}: ${severity ?? 'no event'}, and in an unfamiliar country ${severity ? 'an alarm' : 'no event'}`, () => {
    equal(severityOfChange(userAgentFamily(before), userAgentFamily(now), true), severity && 'alarm')
    equal(severityOfChange(userAgentFamily(before), userAgentFamily(now)), severity)
    equal(severityOfChange(userAgentFamily(now), userAgentFamily(before)), severity)
  })

const NETWORKS: readonly (readonly [string, string | undefined])[] = [
  ['192.0.2.7', '192.0'],
  ['::ffff:192.0.2.7', '192.0'],
  ['2001:db8:1:2::3', '2001:db8'],
  ['2001::1', '2001:0'],
  ['::1', ':0'],
  ['', undefined],
  ['unknown', undefined],
]

for (const [ip, network] of NETWORKS)
  test(`${ip || 'an empty address'} is in the network ${network}`, () => equal(networkPrefix(ip), network))

test('the lineage is revoked from the configured severity on', () => {
  equal(shouldRevokeOnRisk('alarm', 'off'), false)
  equal(shouldRevokeOnRisk('warning', 'alarm'), false)
  equal(shouldRevokeOnRisk('alarm', 'alarm'), true)
  equal(shouldRevokeOnRisk('warning', 'warning'), true)
  equal(shouldRevokeOnRisk('notice', 'warning'), false)
})
