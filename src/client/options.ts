// The client's options: validation and defaults.

export interface ClientOptions {
  /** The URL of Latchkey; in a page, the page's own origin by default. */
  readonly url?: string
  /** Other origins that may receive the token, besides Latchkey's and the page's own. */
  readonly origins?: readonly string[]
  /** How the session credential is sent: `cookie` in a page, `header` in a script by default. */
  readonly delivery?: 'cookie' | 'header'
  /** Milliseconds until a call times out; 20,000 by default. */
  readonly timeout?: number
  /** Milliseconds before the end of a session at which `session-expiring` is emitted; 60,000 by default. */
  readonly notice?: number
  /** Whether tokens are bound to a DPoP key that scripts cannot extract (RFC 9449); true by default. */
  readonly key?: boolean
}

const DEFAULT_TIMEOUT_MS = 20_000
const DEFAULT_NOTICE_MS = 60_000

/**
 * @param pageUrl the URL of the page; undefined in a script
 * @throws TypeError naming the option and what is accepted
 */
export function resolveOptions(
  { url, origins = [], delivery, timeout = DEFAULT_TIMEOUT_MS, notice = DEFAULT_NOTICE_MS, key = true }: ClientOptions,
  pageUrl: string | undefined,
) {
  const address = url ?? (pageUrl && new URL(pageUrl).origin)
  if (address === undefined)
    throw new TypeError('createClient: url is missing; accepted: the URL of Latchkey, such as "https://app.example.com".')
  if (!/^https?:\/\/[^/?#]+\/?$/.test(address))
    throw new TypeError('createClient: url is not accepted; accepted: scheme and host, such as "https://app.example.com".')
  if (delivery !== undefined && delivery !== 'cookie' && delivery !== 'header')
    throw new TypeError('createClient: delivery is not accepted; accepted: "cookie", "header".')
  const base = new URL(address).origin
  const ownOrigins = pageUrl === undefined ? [base] : [base, new URL(pageUrl).origin]
  return {
    url: base,
    origins: new Set([...ownOrigins, ...origins.map((origin) => new URL(origin).origin)]),
    delivery: delivery ?? (pageUrl === undefined ? 'header' : 'cookie'),
    timeout,
    notice,
    key,
  } as const
}
