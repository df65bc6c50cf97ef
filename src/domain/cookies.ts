// Names, attributes and scopes of our cookies (RFC 6265bis): a prefix makes the browser itself hold the attributes.

import { COOKIE_SUFFIXES } from './persisted-names.ts'

/** `pair` goes with a cookie domain alone: see `src/engine/pair.ts`. */
export type CookiePurpose = 'session' | 'remember' | 'device' | 'data' | 'known' | 'pair'

export interface CookieSettings {
  /** What every name begins with, after its prefix: `LATCHKEY_COOKIE_NAME`. */
  readonly stem: string
  readonly secure: boolean
  readonly domain: string | null
  readonly sameSite: 'lax' | 'strict' | 'none'
}

export interface CookieAttributes {
  readonly httpOnly: true
  readonly secure: boolean
  readonly sameSite: 'lax' | 'strict' | 'none'
  readonly path: '/'
  readonly domain?: string
  readonly partitioned?: true
}

/** RFC 6265bis has no upper case in it for us: two stems never differ by case alone. */
export function isCookieStem(text: string): boolean {
  return /^[a-z][a-z0-9-]{0,31}$/.test(text)
}

/** What no other host has any business with. It stays on this host also where the others have a Domain. */
const HOST_ONLY: readonly CookiePurpose[] = ['device', 'known', 'pair']

/** `__Host-` binds a cookie to this very host; with a Domain that is impossible and `__Secure-` is what is left. */
export function cookieName(purpose: CookiePurpose, settings: CookieSettings): string {
  const prefix = settings.secure ? (domainOf(purpose, settings) === null ? '__Host-' : '__Secure-') : ''
  return `${prefix}${settings.stem}_${COOKIE_SUFFIXES[purpose]}`
}

export function cookieAttributes(purpose: CookiePurpose, settings: CookieSettings): CookieAttributes {
  const domain = domainOf(purpose, settings)
  return {
    httpOnly: true,
    secure: settings.secure,
    sameSite: settings.sameSite,
    path: '/',
    ...(domain === null ? {} : { domain }),
    ...(settings.sameSite === 'none' ? { partitioned: true } : {}),
  }
}

function domainOf(purpose: CookiePurpose, { domain }: CookieSettings): string | null {
  return HOST_ONLY.includes(purpose) ? null : domain
}

/** Of a host with very many labels the shortest ones: those are shared. */
const MAX_DOMAINS = 6

/**
 * Every Domain with which a cookie reaches this host: none (this host alone), the host itself, then its parents, as long as they have a
 * dot. Addresses and single labels such as `localhost` have none.
 *
 * @param host a host name, or an address as a URL has it
 */
export function cookieDomains(host: string): readonly (string | undefined)[] {
  const isAddress = host.startsWith('[') || /^[\d.]+$/.test(host)
  const labels = host.split('.')
  if (isAddress || labels.length < 2) return [undefined]
  const domains = labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'))
  return [undefined, ...domains.slice(-MAX_DOMAINS)]
}
