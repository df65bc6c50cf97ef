// The client's address behind proxies: only a trusted proxy's report counts, in the one header that the settings name.

import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, SocketAddress } from 'node:net'
import { headerOf, peerOf } from '../adapters/node-request.ts'
import { type AddressPolicy, type ForwardedHeader, resolveClientAddress } from '../domain/forwarding.ts'

/**
 * @param trusted addresses or networks, validated
 * @param header the header that counts; any client can send the other one
 */
export function clientAddress(trusted: readonly string[], header: ForwardedHeader): (request: IncomingMessage) => string {
  if (trusted.length === 0) return peerOf
  const proxies = new BlockList()
  for (const entry of trusted) {
    const [address = '', prefix] = entry.split('/')
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6'
    if (prefix === undefined) proxies.addAddress(address, family)
    else proxies.addSubnet(address, Number(prefix), family)
  }
  const addresses: AddressPolicy = {
    canonical,
    isTrusted: (address) => proxies.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6'),
  }
  return (request) => {
    const reported = headerOf(request.rawHeaders, header)
    return reported === null ? peerOf(request) : resolveClientAddress(peerOf(request), header, reported, addresses)
  }
}

/** One form for each address, since limits count by it: IPv6 in its shortest form, mapped IPv4 as IPv4, no zone. */
function canonical(text: string): string | undefined {
  const family = isIP(text)
  if (family === 4) return text
  if (family === 0 || text.includes('%')) return undefined
  return new SocketAddress({ address: text, family: 'ipv6' }).address.replace(/^::ffff:(?=\d+\.)/, '')
}
