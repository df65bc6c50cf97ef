// Expires our cookies from earlier settings, under another prefix or on another domain, at a sign-out.

import { type CookiePurpose, type CookieSettings, cookieAttributes, cookieName } from '../domain/cookies.ts'
import { expireName, MAX_EXPIRIES, withinBudget } from './cookies.ts'

const PURPOSES: readonly CookiePurpose[] = ['session', 'remember', 'device', 'data', 'pair']

/**
 * The Set-Cookie values that expire each of our cookies in the request, by each name, domain and path that it can have; cookies of the
 * present settings are expired by `expireAll`. The known-device cookie survives a sign-out.
 *
 * @param header the Cookie header
 * @param host the host of the public URL
 */
export function expireStale(header: string | null, settings: CookieSettings, host: string, path: string): readonly string[] {
  const sent = new Set((header ?? '').split(';').map((pair) => pair.split('=', 1)[0]?.trim()))
  const prefixes = settings.secure ? ['', '__Secure-', '__Host-'] : ['']
  return PURPOSES.flatMap((purpose) => {
    const own = cookieName(purpose, settings)
    return prefixes
      .map((prefix) => `${prefix}${settings.stem}_${purpose}`)
      .filter((name) => sent.has(name))
      .flatMap((name) => expireName(name, settings, host, path, name === own ? cookieAttributes(purpose, settings).domain : null))
  }).filter(withinBudget(MAX_EXPIRIES))
}
