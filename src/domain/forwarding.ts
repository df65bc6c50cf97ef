// What proxies report of the hops before them, in X-Forwarded-For or in Forwarded (RFC 7239), and whose word counts.

export const FORWARDED_HEADERS = ['x-forwarded-for', 'forwarded'] as const
/** The one header that proxies of a deployment report in. */
export type ForwardedHeader = (typeof FORWARDED_HEADERS)[number]

/** Hops that are read at most, from the nearest one outwards; chains of real proxies have a handful. */
const MAX_HOPS = 32

/** What is known of addresses, as the platform reads them. */
export interface AddressPolicy {
  /** The address in its one canonical form; undefined for what is none. */
  readonly canonical: (text: string) => string | undefined
  readonly isTrusted: (address: string) => boolean
}

/**
 * The address of the client: the nearest one that no trusted proxy has. Where a trusted proxy reports none, hides it (`for=_hidden`,
 * `for=unknown`) or reports what cannot be read, it is the proxy's own: what stands further left was written by anybody.
 *
 * @param reported the value of the header that counts, several lines joined with commas
 */
export function resolveClientAddress(
  peer: string,
  header: ForwardedHeader,
  reported: string,
  { canonical, isTrusted }: AddressPolicy,
): string {
  let client = peer
  if (!isTrusted(client)) return client
  for (const node of header === 'forwarded' ? forwardedNodes(reported) : forwardedForNodes(reported)) {
    const address = node === undefined ? undefined : canonical(withoutPort(node))
    if (address === undefined) break
    client = address
    if (!isTrusted(client)) break
  }
  return client
}

/** Nearest first. */
function* forwardedForNodes(text: string): Generator<string> {
  let end = text.length
  for (let hop = 0; hop < MAX_HOPS && end >= 0; hop += 1) {
    const comma = end === 0 ? -1 : text.lastIndexOf(',', end - 1)
    const node = text.slice(comma + 1, end).trim()
    if (node !== '') yield node
    end = comma
  }
}

const PAIR = String.raw`[!#$%&'*+.^_\`|~\w-]+=(?:[^\s",;=\\]+|"(?:[^"\\]|\\.)*")`
/** Blanks around the semicolon are no part of the grammar, but some proxies write them. */
const ELEMENT = new RegExp(`^${PAIR}(?:[ \\t]*;[ \\t]*${PAIR})*;?$`)
/** One pair after the other, so that what looks like one within quotation marks is none. */
const PAIRS = /([^\s=;"]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s";]+))/g
/** An element that a proxy writes is shorter: an address, its own, a host name and a protocol. */
const MAX_ELEMENT = 1024

/**
 * Nearest first; undefined for an element without one readable `for`. Read from the right, since only the end was written by the proxy
 * that we trust: a quotation mark that a client left open further left does not reach it.
 */
function* forwardedNodes(text: string): Generator<string | undefined> {
  let end = text.length
  for (let hop = 0; hop < MAX_HOPS && end >= 0; hop += 1) {
    let comma = end
    let element = ''
    do {
      comma = comma === 0 ? -1 : text.lastIndexOf(',', comma - 1)
      element = text.slice(comma + 1, end).trim()
      // A comma within quotation marks parts nothing.
    } while (element !== '' && !ELEMENT.test(element) && comma >= 0 && end - comma <= MAX_ELEMENT)
    end = comma
    if (element !== '') yield parseForNode(element)
  }
}

function parseForNode(element: string): string | undefined {
  if (element.length > MAX_ELEMENT || !ELEMENT.test(element)) return undefined
  const [named, another] = [...element.matchAll(PAIRS)].filter(([, name = '']) => name.toLowerCase() === 'for')
  if (named === undefined || another !== undefined) return undefined
  const [, , quoted, bare] = named
  return bare ?? quoted?.replace(/\\(.)/g, '$1')
}

/** Without brackets and port, which may be obfuscated (RFC 7239, 6). */
function withoutPort(node: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([\d.]+))(?::(?:\d{1,5}|_[\w.-]+))?$/.exec(node) ?? []
  return bracketed ?? plain ?? node
}
