// Set-Cookie values: sets our cookies, and expires them on every domain they can have (RFC 6265bis).

import { stringifySetCookie } from 'cookie'
import { type CookiePurpose, type CookieSettings, cookieAttributes, cookieDomains, cookieName } from '../domain/cookies.ts'
import { DEVICE_PROOF_LIFETIME } from '../domain/device-binding.ts'
import { DAY, SECOND, wholeSeconds } from '../domain/time.ts'
import type { SignInResult } from '../engine/issue-credentials.ts'

/** Whole seconds. */
export const KNOWN_DEVICE_LIFETIME = wholeSeconds(365 * DAY)

/**
 * A Set-Cookie value.
 *
 * @param maxAge whole seconds; undefined for a cookie that lasts until the browser closes
 */
export function setCookie(purpose: CookiePurpose, value: string, settings: CookieSettings, maxAge?: number): string {
  return stringifySetCookie({
    name: cookieName(purpose, settings),
    value,
    ...cookieAttributes(purpose, settings),
    ...(maxAge === undefined ? {} : { maxAge }),
  })
}

/** For Max-Age. Both in milliseconds since 1970. */
export function wholeSecondsLeft(expiresAt: number, now: number): number {
  return Math.ceil((expiresAt - now) / SECOND)
}

/** The Set-Cookie values of a sign-in: the session where it is delivered by cookie, the remember-me login, and the pair cookie. */
export function signInCookies(signedIn: SignInResult, settings: CookieSettings, now: number): readonly string[] {
  const { sessionCredential: session, rememberMeCredential: remembered, pair } = signedIn
  const left = (expiresAt: number | undefined) => (expiresAt === undefined ? undefined : wholeSecondsLeft(expiresAt, now))
  return [
    ...(session?.delivery === 'cookie' ? [setCookie('session', session.value, settings)] : []),
    ...(remembered ? [setCookie('remember', remembered.value, settings, left(remembered.expiresAt))] : []),
    ...(pair ? [setCookie('pair', pair.value, settings, left(pair.expiresAt))] : []),
  ]
}

/** The cookie of a device proof. Its attributes also go into the DBSC instructions: the browser refreshes at once where the two differ. */
export function deviceCookie(
  proof: string,
  settings: CookieSettings,
): { readonly set: string; readonly name: string; readonly attributes: string } {
  const [pair = '', ...attributes] = setCookie('device', '', settings).split('; ')
  return {
    set: setCookie('device', proof, settings, wholeSeconds(DEVICE_PROOF_LIFETIME)),
    name: pair.slice(0, -1),
    attributes: attributes.join('; '),
  }
}

/** The Set-Cookie values that expire this cookie: with our Domain, and without. */
export function expireCookie(purpose: CookiePurpose, settings: CookieSettings): readonly string[] {
  const name = cookieName(purpose, settings)
  const attributes = cookieAttributes(purpose, settings)
  const { domain, ...hostOnly } = attributes
  const variants = domain === undefined ? [hostOnly] : [attributes, hostOnly]
  return variants.map((variant) => stringifySetCookie({ name, value: '', ...variant, maxAge: 0, expires: new Date(0) }))
}

/** All our cookies except the known-device cookie, which identifies no user and survives a sign-out. */
export function expireAll(settings: CookieSettings): readonly string[] {
  const { secure, domain } = settings
  const purposes = ['session', 'remember', ...(secure ? ['device' as const] : []), 'data', ...(domain ? ['pair' as const] : [])] as const
  return purposes.flatMap((purpose) => expireCookie(purpose, settings))
}

/**
 * The Set-Cookie values that expire every cookie of this name except ours: on this host alone, with each Domain that covers this
 * host, at `/` and at the first segment of the path, partitioned (CHIPS) and not. Browsers accept a `__Host-` name
 * for this host and at `/` only, so that leaves almost nothing to expire.
 */
export function expireVariants(purpose: CookiePurpose, settings: CookieSettings, host: string, path: string): readonly string[] {
  return expireName(cookieName(purpose, settings), settings, host, path, cookieAttributes(purpose, settings).domain)
}

interface Variant {
  readonly domain: string | undefined
  readonly path: string
  readonly partitioned: boolean
}

/** @param keptDomain the Domain of the cookie that we set, undefined for none; null where no cookie is kept */
export function expireName(
  name: string,
  settings: CookieSettings,
  host: string,
  path: string,
  keptDomain: string | undefined | null,
): readonly string[] {
  const isHostOnly = name.startsWith('__Host-')
  const own = settings.sameSite === 'none'
  const domains = isHostOnly ? [undefined] : cookieDomains(host)
  const directory = `/${path.split('/', 2)[1] ?? ''}`
  const at = (domain: string | undefined, one: string, partitioned = own): Variant => ({ domain, path: one, partitioned })
  const variants = [
    ...domains.map((domain) => at(domain, '/')),
    ...(settings.secure ? [undefined, ...(keptDomain ? [keptDomain] : [])].map((domain) => at(domain, '/', !own)) : []),
    ...(isHostOnly || directory === '/' ? [] : domains.map((domain) => at(domain, directory))),
  ]
  return variants
    .filter((variant) => keptDomain === null || variant.domain !== keptDomain || variant.path !== '/' || variant.partitioned !== own)
    .map((variant) => expiredCookie(name, settings, variant))
}

/** As short as possible: there can be many, and proxies accept about 4 KiB of headers. */
function expiredCookie(name: string, { secure, sameSite }: CookieSettings, { domain, path, partitioned }: Variant): string {
  return stringifySetCookie({
    name,
    value: '',
    path,
    maxAge: 0,
    secure,
    ...(sameSite === 'none' ? { sameSite } : {}),
    ...(domain === undefined ? {} : { domain }),
    ...(partitioned ? { partitioned } : {}),
  })
}

/** Most characters of Set-Cookie in one response that expire foreign cookies: proxies accept about 4 KiB of headers. */
export const MAX_EXPIRIES = 2_000

/** Accepts values up to this many characters in total. The others are expired by later responses. */
export function withinBudget(budget: number): (cookie: string) => boolean {
  let left = budget
  return (cookie) => {
    left -= cookie.length
    return left >= 0
  }
}
