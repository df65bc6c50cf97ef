// Derives LATCHKEY_COOKIE_NAME of a deployment from the cookies that it sets.

import { type Exchange, headerValues } from './http-exchange.ts'

const COOKIE_NAME = /^(?:__Host-|__Secure-)?([a-z][a-z0-9-]{0,31})_(session|remember|data|known|pair)$/

/** The purpose of a Latchkey cookie, such as `session`; undefined for any other cookie. */
export function cookiePurpose(name: string, cookieName: string): string | undefined {
  const [, found, purpose] = COOKIE_NAME.exec(name) ?? []
  return found === cookieName ? purpose : undefined
}

/** From the known-device cookie, which only Latchkey sets; the default without one. */
export function cookieNameFromSignIn(signIn: Exchange): string {
  const names = headerValues(signIn, 'set-cookie').map((line) => line.split('=', 1)[0]?.trim() ?? '')
  const found = names.map((name) => COOKIE_NAME.exec(name)).find((match) => match?.[2] === 'known')
  return found?.[1] ?? 'latchkey'
}

/** From the language cookie of a page; undefined without one. */
export function cookieNameFromPage(page: Exchange): string | undefined {
  return headerValues(page, 'set-cookie')
    .map((line) => /^([a-z][a-z0-9-]{0,31})_language=/.exec(line)?.[1])
    .find((stem) => stem !== undefined)
}
