// Names and attributes of our cookies (RFC 6265bis): a prefix makes the browser itself hold the attributes.

export type CookiePurpose = 'session' | 'remember' | 'device' | 'data' | 'known'

export interface CookieSettings {
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

/** `__Host-` binds a cookie to this very host; with a Domain that is impossible and `__Secure-` is what is left. */
export function cookieName(purpose: CookiePurpose, settings: CookieSettings): string {
  const prefix = settings.secure ? (settings.domain === null ? '__Host-' : '__Secure-') : ''
  return `${prefix}latchkey_${purpose}`
}

export function cookieAttributes(settings: CookieSettings): CookieAttributes {
  return {
    httpOnly: true,
    secure: settings.secure,
    sameSite: settings.sameSite,
    path: '/',
    ...(settings.domain === null ? {} : { domain: settings.domain }),
    ...(settings.sameSite === 'none' ? { partitioned: true } : {}),
  }
}
