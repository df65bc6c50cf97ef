// Client networks for rate limits: an IPv4 address, or an IPv6 prefix (RFC 4291, RFC 6177).

/** One shared network for all clients whose address the host did not pass on. */
export const UNKNOWN_ADDRESS = 'unknown'

/** A network that contains the client. */
export interface ClientNetwork {
  /** The length of its IPv6 prefix; `whole` for an IPv4 address, and for text that is not an address. */
  readonly width: 'whole' | 64 | 56 | 48
  readonly name: string
  /** The factor by which limits are multiplied for a network of this size. */
  readonly multiplier: number
}

/** A subscriber has at least a /64, often a /56, sometimes a /48: the wider the prefix, the more users may share it. */
const IPV6_WIDTHS = [
  { width: 64, multiplier: 1 },
  { width: 56, multiplier: 4 },
  { width: 48, multiplier: 16 },
] as const

/**
 * The networks of a client, the narrowest first; empty when the address is unknown (an empty string). An IPv4 address counts as a whole,
 * also when it is mapped into IPv6, in any notation.
 */
export function clientNetworks(ip: string): readonly ClientNetwork[] {
  const bare = ip.toLowerCase().replace(/%.*$/, '')
  if (bare === '') return []
  if (!bare.includes(':')) return [{ width: 'whole', name: bare, multiplier: 1 }]
  const groups = expandIpv6(expandDottedTail(bare))
  const isMapped = groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff'
  if (isMapped) return [{ width: 'whole', name: dottedQuad(groups.slice(6)), multiplier: 1 }]
  return IPV6_WIDTHS.map(({ width, multiplier }) => ({ width, name: formatPrefix(groups, width), multiplier }))
}

function formatPrefix(groups: readonly string[], width: 64 | 56 | 48): string {
  const [first, second, third, fourth = '0'] = groups
  const last = width === 64 ? fourth : (Number.parseInt(fourth, 16) & 0xff00).toString(16)
  return `${[first, second, third, ...(width === 48 ? [] : [last])].join(':')}::/${width}`
}

/** The last 32 bits may be written as an IPv4 address (RFC 4291, 2.2): rewrites them as two groups. */
function expandDottedTail(ip: string): string {
  return ip.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a: string, b: string, c: string, d: string) => `${hexGroup(a, b)}:${hexGroup(c, d)}`)
}

function hexGroup(high: string, low: string): string {
  return (Number(high) * 256 + Number(low)).toString(16)
}

function dottedQuad(groups: readonly string[]): string {
  return groups.flatMap((text) => [Number.parseInt(text, 16) >> 8, Number.parseInt(text, 16) & 0xff]).join('.')
}

function expandIpv6(ip: string): string[] {
  const [head = '', tail] = ip.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return [...left, ...zeros, ...right].map((text) => text.replace(/^0+(?=.)/, ''))
}
