// The client address from the header that this deployment's proxies write.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { ForwardedHeader } from '../../src/domain/forwarding.ts'
import { clientAddress } from '../../src/server/client-address.ts'

const TRUSTED = ['10.0.0.0/8', '2001:db8:1::/48']

function seen(header: ForwardedHeader, lines: readonly string[], { peer = '10.0.0.1', trusted = TRUSTED } = {}): string {
  const rawHeaders = lines.flatMap((line) => [header === 'forwarded' ? 'Forwarded' : 'X-Forwarded-For', line])
  const request = { rawHeaders, socket: { remoteAddress: peer } }
  return clientAddress(trusted, header)(request as unknown as Parameters<ReturnType<typeof clientAddress>>[0])
}

describe('Forwarded', () => {
  const CASES: readonly (readonly [what: string, lines: readonly string[], client: string])[] = [
    ['one hop', ['for=203.0.113.9'], '203.0.113.9'],
    ['its parameters in any order and case', ['proto=https;By=10.0.0.1; FOR="203.0.113.9" ;host=a.test'], '203.0.113.9'],
    ['a port', ['for="203.0.113.9:4711"'], '203.0.113.9'],
    ['an obfuscated port', ['for="203.0.113.9:_http.1"'], '203.0.113.9'],
    ['quoted IPv6', ['for="[2001:db8:2::1]"'], '2001:db8:2::1'],
    ['quoted IPv6 with a port', ['for="[2001:DB8:2:0::1]:4711"'], '2001:db8:2::1'],
    ['IPv6 without the quotation marks it needs', ['for=[2001:db8:2::1]:4711'], '2001:db8:2::1'],
    ['IPv4 mapped into IPv6', ['for="[::ffff:203.0.113.9]"'], '203.0.113.9'],
    ['a chain of trusted proxies', ['for=203.0.113.9, for="[2001:db8:1::5]:80",for=10.9.9.9'], '203.0.113.9'],
    ['an element that the client put in front', ['for=198.51.100.1, for=203.0.113.9'], '203.0.113.9'],
    ['a line of the client and one of the proxy', ['for=198.51.100.1', 'for=203.0.113.9'], '203.0.113.9'],
    ['empty elements', [',, for=203.0.113.9 , ,'], '203.0.113.9'],
    ['unknown', ['for=203.0.113.9, for=unknown'], '10.0.0.1'],
    ['a hidden one', ['for=203.0.113.9, for=_hidden'], '10.0.0.1'],
    ['a hidden one with a port', ['for="_SEVKISEK:80"'], '10.0.0.1'],
    ['a hidden hop behind a trusted one', ['for=203.0.113.9, for=_hidden, for=10.9.9.9'], '10.9.9.9'],
    ['an element without for', ['for=203.0.113.9, by=10.0.0.1;proto=https'], '10.0.0.1'],
    ['two for parameters in one element', ['for=198.51.100.1;for=203.0.113.9'], '10.0.0.1'],
    ['no address', ['for=example.com'], '10.0.0.1'],
    ['an address that is too long', ['for=1.2.3.4.5'], '10.0.0.1'],
    ['an address with a zone', ['for="[fe80::1%eth0]"'], '10.0.0.1'],
    ['nothing', [''], '10.0.0.1'],
    ['no pair', ['203.0.113.9'], '10.0.0.1'],
    ['blanks around the equals sign', ['for = 203.0.113.9'], '10.0.0.1'],
    ['a quotation mark that the client leaves open', ['for="', 'for=203.0.113.9'], '203.0.113.9'],
    ['a quotation mark that the client opens for the proxy element', ['for=198.51.100.1;a="', 'for=203.0.113.9;host="h"'], '203.0.113.9'],
    ['a host name that holds an element', ['for=203.0.113.9;host="x, for=198.51.100.1"'], '203.0.113.9'],
    ['a host name that holds a pair', ['for=203.0.113.9;host="x;for=198.51.100.1"'], '203.0.113.9'],
    ['a host name with escaped quotation marks', ['for=203.0.113.9;host="x\\", for=\\"198.51.100.1"'], '203.0.113.9'],
    ['a host name that contains the only for', ['proto=https;host="x;for=198.51.100.1"'], '10.0.0.1'],
  ]
  for (const [what, lines, client] of CASES) test(what, () => assert.equal(seen('forwarded', lines), client))
})

describe('X-Forwarded-For', () => {
  const CASES: readonly (readonly [what: string, lines: readonly string[], client: string])[] = [
    ['one hop', ['203.0.113.9'], '203.0.113.9'],
    ['a port', ['203.0.113.9:4711'], '203.0.113.9'],
    ['IPv6', ['2001:DB8:2::1'], '2001:db8:2::1'],
    ['IPv6 with a port', ['[2001:db8:2::1]:4711'], '2001:db8:2::1'],
    ['IPv4 mapped into IPv6', ['::ffff:cb00:7109'], '203.0.113.9'],
    ['a mapped trusted proxy', ['203.0.113.9, ::ffff:10.2.3.4'], '203.0.113.9'],
    ['several lines', ['198.51.100.1, 203.0.113.9', '10.1.2.3'], '203.0.113.9'],
    ['empty entries', [', 203.0.113.9,,'], '203.0.113.9'],
    ['unknown', ['203.0.113.9, unknown'], '10.0.0.1'],
    ['a zone', ['fe80::1%eth0'], '10.0.0.1'],
    ['trusted proxies only', ['10.3.3.3, 10.2.2.2'], '10.3.3.3'],
    ['a pair of the other header', ['for=203.0.113.9'], '10.0.0.1'],
  ]
  for (const [what, lines, client] of CASES) test(what, () => assert.equal(seen('x-forwarded-for', lines), client))
})

test('a report from a peer that is not a trusted proxy is ignored', () => {
  for (const header of ['forwarded', 'x-forwarded-for'] as const) {
    assert.equal(seen(header, ['for=203.0.113.9, 203.0.113.9'], { peer: '192.0.2.1' }), '192.0.2.1')
    assert.equal(seen(header, ['for=203.0.113.9'], { trusted: [] }), '10.0.0.1')
  }
  assert.equal(seen('x-forwarded-for', ['203.0.113.9'], { peer: '::ffff:10.0.0.1' }), '203.0.113.9', 'a mapped peer')
})

test('the number of hops that are read is limited', () => {
  const hops = Array.from({ length: 5_000 }, (_, index) => `10.1.${index % 250}.1`)
  assert.match(seen('x-forwarded-for', [`203.0.113.9, ${hops.join(', ')}`]), /^10\.1\./)
  assert.match(seen('forwarded', [`for=203.0.113.9, ${hops.map((hop) => `for=${hop}`).join(', ')}`]), /^10\.1\./)
})

test('the element of the proxy counts, whatever a client writes before it', () => {
  const piece = fc.constantFrom('for=', '198.51.100.1', '"', '\\', ',', ';', '=', ' ', 'host', '[', ']', ':', '_', 'for="', 'a', '\\"')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.constantFrom('', ';host="h"', ';proto=https', ';host="a, b"'), (pieces, more) => {
      assert.equal(seen('forwarded', [pieces.join(''), `for=203.0.113.9${more}`]), '203.0.113.9')
      assert.equal(seen('x-forwarded-for', [pieces.join(''), '203.0.113.9']), '203.0.113.9')
    }),
    { numRuns: 3_000 },
  )
})

test('the element of the proxy counts, whatever a client makes the proxy quote', () => {
  const name = fc.string({ unit: fc.constantFrom('for=', '198.51.100.1', '"', '\\', ',', ';', '=', ' ', 'a'), maxLength: 30 })
  fc.assert(
    fc.property(name, (host) => {
      const quoted = host.replace(/["\\]/g, '\\$&')
      assert.equal(seen('forwarded', ['for=198.51.100.7', `for=203.0.113.9;host="${quoted}"`]), '203.0.113.9')
    }),
    { numRuns: 3_000 },
  )
})
