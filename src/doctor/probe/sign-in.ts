// Parses the response of a sign-in: the token, the credential and the cookies.

import { type Exchange, headerValues, member } from '../http-exchange.ts'

export interface SignInResult {
  readonly userId: string
  readonly token: string
  /** For `Authorization: Session`; empty if the response set cookies instead. */
  readonly credential: string
  readonly cookie: string
}

/** Undefined if the response is not that of a sign-in. */
export function parseSignIn(exchange: Exchange): SignInResult | undefined {
  const token = member(exchange, 'token')
  const userId = member(exchange, 'user', 'id')
  const credential = member(exchange, 'sessionCredential')
  if (typeof token !== 'string' || typeof userId !== 'string') return undefined
  return { userId, token, credential: typeof credential === 'string' ? credential : '', cookie: cookieHeader(exchange) }
}

export function bearer({ token }: SignInResult): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` }
}

/** Of two cookies with one name, the first: `duplicate-cookies` reports the second, and other checks must not fail with it. */
function cookieHeader(exchange: Exchange): string {
  const values = new Map<string, string>()
  for (const line of headerValues(exchange, 'set-cookie')) {
    const pair = line.split(';', 1)[0] ?? ''
    const name = pair.split('=', 1)[0] ?? ''
    if (!values.has(name)) values.set(name, pair)
  }
  return [...values.values()].join('; ')
}
