// Cookies as text: what is set, and what is expired on every domain it can have (RFC 6265bis).

import { stringifySetCookie } from 'cookie'
import { type CookiePurpose, type CookieSettings, cookieAttributes, cookieName } from '../domain/cookies.ts'
import { DEVICE_PROOF_LIFETIME } from '../domain/device-binding.ts'
import { SECOND, wholeSeconds } from '../domain/time.ts'
import type { SignedIn } from '../engine/issue.ts'

/**
 * A Set-Cookie value.
 *
 * @param maxAge whole seconds; undefined for a cookie that dies with the browser
 */
export function setCookie(purpose: CookiePurpose, value: string, settings: CookieSettings, maxAge?: number): string {
  return stringifySetCookie({
    name: cookieName(purpose, settings),
    value,
    ...cookieAttributes(settings),
    ...(maxAge === undefined ? {} : { maxAge }),
  })
}

/** The Set-Cookie values of what a sign-in made anew: the session's where it is delivered so, and the remembered login's. */
export function signInCookies(signedIn: SignedIn, settings: CookieSettings, now: number): readonly string[] {
  const { sessionCredential: session, rememberedCredential: remembered } = signedIn
  return [
    ...(session?.delivery === 'cookie' ? [setCookie('session', session.value, settings)] : []),
    ...(remembered ? [setCookie('remember', remembered.value, settings, Math.ceil((remembered.expiresAt - now) / SECOND))] : []),
  ]
}

/** The cookie of a device proof. Its attributes are told to the browser beside it, which renews at once where the two differ. */
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

/** The Set-Cookie values that make a browser forget this cookie: with our Domain, and without. */
export function expireCookie(purpose: CookiePurpose, settings: CookieSettings): readonly string[] {
  const name = cookieName(purpose, settings)
  const { domain: _, ...hostOnly } = cookieAttributes(settings)
  const variants = settings.domain === null ? [hostOnly] : [cookieAttributes(settings), hostOnly]
  return variants.map((attributes) => stringifySetCookie({ name, value: '', ...attributes, maxAge: 0, expires: new Date(0) }))
}

/** Everything of ours but the mark of a known device, which identifies nobody and outlives a sign-out. */
export function expireAll(settings: CookieSettings): readonly string[] {
  const purposes = settings.secure ? (['session', 'remember', 'device', 'data'] as const) : (['session', 'remember', 'data'] as const)
  return purposes.flatMap((purpose) => expireCookie(purpose, settings))
}
