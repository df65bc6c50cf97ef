// Checks that Latchkey sees the address of the client: neither the proxy's, nor one that the client forged.

import { BlockList, isIPv4 } from 'node:net'
import { type CheckFunction, type Finding, NOT_SIGNED_IN } from '../finding.ts'
import { type Exchange, member } from '../http-exchange.ts'
import { isLoopbackHost } from '../is-loopback.ts'
import { FORGED_ADDRESS } from '../probe/test-addresses.ts'

export const checkClientAddress: CheckFunction = ({ url, steps }) => {
  const [listed] = steps.sessions
  const seen = listed && currentAddress(listed)
  if (listed === undefined || seen === undefined) return NOT_SIGNED_IN
  const findings: Finding[] = []
  if (isProxyAddress(seen, listed))
    findings.push({
      what: `Latchkey sees every client as ${seen}, which is the proxy: one client's wrong passwords block all clients, and the audit log has no client address.`,
      fix: `nginx: set \`proxy_set_header X-Forwarded-For $remote_addr;\`. Set LATCHKEY_TRUSTED_PROXIES=${seen}. If the proxy sends Forwarded instead, also set LATCHKEY_FORWARDED_HEADER=forwarded.`,
    })
  // A local server may trust local clients as it trusts a proxy.
  if (!isLoopbackHost(url) && steps.forgedSessions.some((exchange) => currentAddress(exchange) === FORGED_ADDRESS))
    findings.push({
      what: 'Latchkey accepts a forged client address: rate limits by address can be bypassed.',
      fix: 'nginx: set `proxy_set_header X-Forwarded-For $remote_addr;`, which replaces the value of the client. If the proxy sends only Forwarded, set LATCHKEY_FORWARDED_HEADER=forwarded. LATCHKEY_TRUSTED_PROXIES must name only proxies, never a network of clients.',
    })
  return findings
}

/** Whether the address is not ours, where only a proxy can have replaced it. */
function isProxyAddress(seen: string, { localAddress, address }: Exchange): boolean {
  const own = withoutMappedPrefix(localAddress)
  if (seen === own) return false
  if (LOOPBACK.check(seen, family(seen))) return true
  const asked = address.replace(/^\[?([^\]]+?)\]?:\d+$/, '$1')
  return PRIVATE.check(seen, family(seen)) && !PRIVATE.check(asked, family(asked)) && !LOOPBACK.check(asked, family(asked))
}

function currentAddress(listed: Exchange): string | undefined {
  const sessions = member(listed)
  if (!Array.isArray(sessions)) return undefined
  const ip: unknown = sessions.find((session) => session?.current === true)?.ip
  return typeof ip === 'string' ? withoutMappedPrefix(ip) : undefined
}

function withoutMappedPrefix(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '')
}

const family = (address: string) => (isIPv4(address) ? 'ipv4' : 'ipv6')

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** RFC 1918, RFC 4193. */
const PRIVATE = new BlockList()
PRIVATE.addSubnet('10.0.0.0', 8, 'ipv4')
PRIVATE.addSubnet('172.16.0.0', 12, 'ipv4')
PRIVATE.addSubnet('192.168.0.0', 16, 'ipv4')
PRIVATE.addSubnet('fc00::', 7, 'ipv6')
