// What a sign-in handed out, as a browser and as a script would keep it.

import { type Exchange, headerValues, member } from '../http-exchange.ts'

export interface SignInResult {
  readonly userId: string
  readonly token: string
  /** For `Authorization: Session`; empty where cookies were handed out. */
  readonly credential: string
  readonly cookie: string
}

/** Undefined when the answer is not that of a sign-in. */
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

/** Of two cookies of one name the first: that they are two is told by its own check, and would hide everything else. */
function cookieHeader(exchange: Exchange): string {
  const values = new Map<string, string>()
  for (const line of headerValues(exchange, 'set-cookie')) {
    const pair = line.split(';', 1)[0] ?? ''
    const name = pair.split('=', 1)[0] ?? ''
    if (!values.has(name)) values.set(name, pair)
  }
  return [...values.values()].join('; ')
}
