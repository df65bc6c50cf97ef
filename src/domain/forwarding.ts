// The client address behind trusted proxies, from X-Forwarded-For or Forwarded (RFC 7239).

export const FORWARDED_HEADERS = ['x-forwarded-for', 'forwarded'] as const
/** The header in which this deployment's proxies report the client. */
export type ForwardedHeader = (typeof FORWARDED_HEADERS)[number]

/** The maximum number of hops that are read, from the nearest one; real chains have a handful. */
const MAX_HOPS = 32

/** Address functions provided by the platform. */
export interface AddressPolicy {
  /** The address in canonical form; undefined for anything else. */
  readonly canonical: (text: string) => string | undefined
  readonly isTrusted: (address: string) => boolean
}

/**
 * The client's address: the nearest one that is not a trusted proxy. When a trusted proxy reports no address, hides it (`for=_hidden`,
 * `for=unknown`) or reports an unreadable value, the proxy's own address is used: any client can write the values further left.
 *
 * @param reported the value of the configured header, several lines joined with commas
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
/** The grammar has no blanks around the semicolon, but some proxies write them. */
const ELEMENT = new RegExp(`^${PAIR}(?:[ \\t]*;[ \\t]*${PAIR})*;?$`)
/** Matches pair by pair, so that text inside quotation marks is not taken for a pair. */
const PAIRS = /([^\s=;"]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s";]+))/g
/** Longer than any element that a proxy writes: an address, its own, a host name and a protocol. */
const MAX_ELEMENT = 1024

/**
 * Nearest first; undefined for an element without exactly one readable `for`. Reads from the right, because only the end was written by the
 * trusted proxy: a quotation mark that a client left open further left has no effect.
 */
function* forwardedNodes(text: string): Generator<string | undefined> {
  let end = text.length
  for (let hop = 0; hop < MAX_HOPS && end >= 0; hop += 1) {
    let comma = end
    let element = ''
    do {
      comma = comma === 0 ? -1 : text.lastIndexOf(',', comma - 1)
      element = text.slice(comma + 1, end).trim()
      // A comma inside quotation marks is not a separator.
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
