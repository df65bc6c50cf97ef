// The addresses of a deployment: those that its name resolves to, or those of --resolve.

import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Address } from './connection.ts'

/** The port of a URL; without one, that of its scheme. */
export function portOf({ protocol, port }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
}

/** @throws the error of the DNS lookup */
export async function addressesOf(url: URL): Promise<readonly Address[]> {
  const found = await lookup(url.hostname.replace(/^\[(.*)\]$/, '$1'), { all: true })
  return [...new Set(found.map(({ address }) => address))].map((ip) => ({ ip, port: portOf(url) }))
}

/** Reads `203.0.113.7`, `203.0.113.7:8080`, `2001:db8::7` or `[2001:db8::7]:8080`; undefined when it is none of them. */
export function parseAddress(text: string, url: URL): Address | undefined {
  if (isIP(text) !== 0) return { ip: text, port: portOf(url) }
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]+)\]|([\d.]+)):(\d{1,5})$/.exec(text) ?? []
  const ip = bracketed ?? plain ?? ''
  const port = Number(digits)
  return isIP(ip) !== 0 && port >= 1 && port <= 65_535 ? { ip, port } : undefined
}
