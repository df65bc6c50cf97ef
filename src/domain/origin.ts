// The cross-origin check, after Fetch Metadata (W3C) and RFC 6454. Browsers set Sec-Fetch-Site and Origin themselves and pages cannot
// change them. Origins are compared exactly: patterns get bypassed.

export interface RequestOrigin {
  readonly secFetchSite: string | null
  readonly origin: string | null
}

export type OriginRefusal = 'cross_site' | 'same_site' | 'origin_not_allowed' | 'origin_null' | 'origin_missing'

/** Safe methods (RFC 9110, 9.2.1). */
export function isSafeMethod(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

/**
 * Checks the origin of a request that changes something or returns a token. Sec-Fetch-Site comes first: `same-origin` is our own page,
 * `none` a request that the user started, such as from the address bar. Any other value needs an allowed Origin. A request without both
 * headers did not come from a browser, so it carries no cookies that another site could abuse.
 *
 * @param allowed our own origin and the allowed ones; the caller guarantees that they are serialised origins
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
