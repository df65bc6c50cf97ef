// Names, attributes and domains of Latchkey's cookies (RFC 6265bis). A name prefix makes the browser enforce the attributes.

import { COOKIE_SUFFIXES } from './persisted-names.ts'

/** `pair` exists only when a cookie domain is set: see `src/engine/cookie-pair.ts`. */
export type CookiePurpose = 'session' | 'remember' | 'device' | 'data' | 'known' | 'pair'

export interface CookieSettings {
  /** The first part of every name, after its prefix: `LATCHKEY_COOKIE_NAME`. */
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

/** Lower case only, so that two stems never differ by case alone. */
export function isCookieStem(text: string): boolean {
  return /^[a-z][a-z0-9-]{0,31}$/.test(text)
}

/** Cookies that only this host may receive, also when the others have a Domain. */
const HOST_ONLY: readonly CookiePurpose[] = ['device', 'known', 'pair']

/** `__Host-` binds a cookie to this host. It excludes a Domain; with one, `__Secure-` is used. */
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

/** For hosts with more labels the shortest domains count: those are shared with other hosts. */
const MAX_DOMAINS = 6

/**
 * Every Domain with which a cookie reaches this host: none (this host only), the host itself, and its parents that contain a dot. Addresses
 * and single labels such as `localhost` have no Domain.
 *
 * @param host a host name, or an address in the form used in URLs
 */
export function cookieDomains(host: string): readonly (string | undefined)[] {
  const isAddress = host.startsWith('[') || /^[\d.]+$/.test(host)
  const labels = host.split('.')
  if (isAddress || labels.length < 2) return [undefined]
  const domains = labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'))
  return [undefined, ...domains.slice(-MAX_DOMAINS)]
}
