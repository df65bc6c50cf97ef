// The cross-origin rule, after Fetch Metadata (W3C) and RFC 6454. Browsers attach Sec-Fetch-Site and Origin themselves and
// no page can change them, so they tell where a request was made. Origins are compared exactly: patterns get bypassed.

export interface RequestOrigin {
  readonly secFetchSite: string | null
  readonly origin: string | null
}

export type OriginRefusal = 'cross_site' | 'same_site' | 'origin_not_allowed' | 'origin_null' | 'origin_missing'

/** Methods that change nothing by definition (RFC 9110, 9.2.1). */
export function isSafeMethod(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

/**
 * Judges where a request that changes something, or hands out a token, was made.
 * Sec-Fetch-Site comes first: `same-origin` is our own page, `none` a person at the address bar. Anything else must name an
 * allowed Origin. Without both headers no browser sent it, so there are no cookies for another site to abuse.
 *
 * @param allowed own origin and the allowed ones; the caller guarantees that they are serialised origins
 */
export function evaluateOrigin(request: RequestOrigin, allowed: ReadonlySet<string>): OriginRefusal | undefined {
  const site = request.secFetchSite
  if (site === 'same-origin' || site === 'none') return undefined
  if (request.origin === null) {
    if (site === null) return undefined
    return site === 'cross-site' ? 'cross_site' : site === 'same-site' ? 'same_site' : 'origin_missing'
  }
  if (request.origin === 'null') return 'origin_null'
  return allowed.has(request.origin) ? undefined : 'origin_not_allowed'
}
