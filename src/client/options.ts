// What a client is made with, checked, and what holds where nothing was said.

export interface ClientOptions {
  /** The address of Latchkey; in a page the page's own origin by default. */
  readonly url?: string
  /** Other origins that may see the token, besides Latchkey's and the page's own. */
  readonly origins?: readonly string[]
  /** How the session travels: `cookie` in a page, `header` in a script by default. */
  readonly delivery?: 'cookie' | 'header'
  /** Milliseconds until a call is given up; 20,000 by default. */
  readonly timeout?: number
  /** Milliseconds before the end of a session at which `expiring` is told; 60,000 by default. */
  readonly notice?: number
  /** Whether tokens are bound to a key that the browser keeps to itself (RFC 9449): true where it can. */
  readonly key?: boolean
}

const TIMEOUT = 20_000
const NOTICE = 60_000

/**
 * @param pageUrl the address of the page; undefined in a script
 * @throws TypeError naming the option and what is accepted
 */
export function resolveOptions(
  { url, origins = [], delivery, timeout = TIMEOUT, notice = NOTICE, key = true }: ClientOptions,
  pageUrl: string | undefined,
) {
  const address = url ?? (pageUrl && new URL(pageUrl).origin)
  if (address === undefined)
    throw new TypeError('createClient: url is missing; accepted: the address of Latchkey, such as "https://app.example.com".')
  if (!/^https?:\/\/[^/?#]+\/?$/.test(address))
    throw new TypeError('createClient: url is not accepted; accepted: scheme and host, such as "https://app.example.com".')
  if (delivery !== undefined && delivery !== 'cookie' && delivery !== 'header')
    throw new TypeError('createClient: delivery is not accepted; accepted: "cookie", "header".')
  const base = new URL(address).origin
  const own = pageUrl === undefined ? [base] : [base, new URL(pageUrl).origin]
  return {
    url: base,
    origins: new Set([...own, ...origins.map((origin) => new URL(origin).origin)]),
    delivery: delivery ?? (pageUrl === undefined ? 'header' : 'cookie'),
    timeout,
    notice,
    key,
  } as const
}
