// Builds a database of countries in the MaxMind DB format, version 2: a tree for IPv6, in which IPv4 is ::/96.

import { isIPv4 } from 'node:net'

type Value = string | number | readonly string[] | { readonly [name: string]: Value }
interface Node {
  readonly sides: [Node | Value | undefined, Node | Value | undefined]
}

const TYPES = { text: 2, map: 7, number: 6, list: 11 }
const EXTENDED = 7
const RECORD_BITS = 24
const SEPARATOR = Buffer.alloc(16)
const METADATA_MARKER = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')

/** @param networks countries by network, such as `203.0.113.0/24` or `2001:db8::/32` */
export function countryDatabase(networks: Readonly<Record<string, string>>, type = 'Test-Country'): Buffer {
  const root: Node = { sides: [undefined, undefined] }
  for (const [network, country] of Object.entries(networks)) insertNetwork(root, bitsOf(network), { country: { iso_code: country } })
  const nodes: Node[] = []
  collect(root, nodes)
  const data: Buffer[] = []
  const tree = Buffer.concat(nodes.flatMap(({ sides }) => sides.map((side) => record(side, nodes, data))))
  const metadata = encoded({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_777_777_777,
    database_type: type,
    description: { en: 'Countries of addresses' },
    ip_version: 6,
    languages: ['en'],
    node_count: nodes.length,
    record_size: RECORD_BITS,
  })
  return Buffer.concat([tree, SEPARATOR, ...data, METADATA_MARKER, metadata])
}

function isNode(side: Node | Value | undefined): side is Node {
  return typeof side === 'object' && 'sides' in side
}

function insertNetwork(root: Node, bits: readonly (0 | 1)[], value: Value): void {
  let node = root
  for (const [index, bit] of bits.entries()) {
    if (index === bits.length - 1) {
      node.sides[bit] = value
      return
    }
    const next = node.sides[bit]
    const below: Node = isNode(next) ? next : { sides: [undefined, undefined] }
    node.sides[bit] = below
    node = below
  }
}

function collect(node: Node, into: Node[]): void {
  into.push(node)
  for (const side of node.sides) if (isNode(side)) collect(side, into)
}

function record(side: Node | Value | undefined, nodes: readonly Node[], data: Buffer[]): Buffer {
  if (side === undefined) return threeBytes(nodes.length)
  if (isNode(side)) return threeBytes(nodes.indexOf(side))
  const offset = data.reduce((sum, piece) => sum + piece.length, 0)
  data.push(encoded(side))
  return threeBytes(nodes.length + SEPARATOR.length + offset)
}

function threeBytes(value: number): Buffer {
  return Buffer.from([value >> 16, (value >> 8) & 0xff, value & 0xff])
}

function bitsOf(network: string): readonly (0 | 1)[] {
  const [address = '', prefix = ''] = network.split('/')
  const bytes = isIPv4(address) ? [...Array<number>(12).fill(0), ...address.split('.').map(Number)] : bytesOfIPv6(address)
  const length = Number(prefix) + (isIPv4(address) ? 96 : 0)
  return bytes.flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => ((byte >> bit) & 1) as 0 | 1)).slice(0, length)
}

function bytesOfIPv6(address: string): readonly number[] {
  const [before = [], after = []] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''))
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
  return groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff])
}

function encoded(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.concat([control(TYPES.text, Buffer.byteLength(value)), Buffer.from(value)])
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return Buffer.concat([control(TYPES.number, bytes.length), bytes])
  }
  if (Array.isArray(value)) return Buffer.concat([control(TYPES.list, value.length), ...value.map(encoded)])
  const pairs = Object.entries(value)
  return Buffer.concat([control(TYPES.map, pairs.length), ...pairs.flatMap(([name, inner]) => [encoded(name), encoded(inner)])])
}

/** Supports sizes up to 28. */
function control(type: number, size: number): Buffer {
  if (size > 28) throw new Error(`${size} is too long for this database`)
  return type <= EXTENDED ? Buffer.from([(type << 5) | size]) : Buffer.from([size, type - EXTENDED])
}
