// The client's address behind proxies: only what a trusted one says counts (RFC 7239, X-Forwarded-For).

import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { headerOf, peerOf } from '../adapters/node-request.ts'

/** @param trusted addresses or networks, validated */
export function clientAddress(trusted: readonly string[]): (request: IncomingMessage) => string {
  if (trusted.length === 0) return peerOf
  const proxies = new BlockList()
  for (const entry of trusted) {
    const [address = '', prefix] = entry.split('/')
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6'
    if (prefix === undefined) proxies.addAddress(address, family)
    else proxies.addSubnet(address, Number(prefix), family)
  }
  const isTrusted = (address: string) => proxies.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')

  return (request) => {
    let client = peerOf(request)
    // From the nearest hop outwards, as long as the one that reports is trusted itself.
    for (const hop of forwardedFor(request).reverse()) {
      if (!isTrusted(client) || isIP(hop) === 0) break
      client = hop
    }
    return client
  }
}

function forwardedFor(request: IncomingMessage): string[] {
  const plain = headerOf(request.rawHeaders, 'x-forwarded-for')
  if (plain !== null) return plain.split(',').map(bareAddress)
  const standard = headerOf(request.rawHeaders, 'forwarded') ?? ''
  return standard.split(',').flatMap((element) => {
    const named = /(?:^|;)\s*for\s*=\s*"?([^";,]+)"?/i.exec(element)
    return named?.[1] === undefined ? [] : [bareAddress(named[1])]
  })
}

/** Without brackets and port. */
function bareAddress(text: string): string {
  const trimmed = text.trim()
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(trimmed)
  if (bracketed?.[1] !== undefined) return bracketed[1]
  return /^[\d.]+:\d+$/.test(trimmed) ? trimmed.slice(0, trimmed.lastIndexOf(':')) : trimmed
}
