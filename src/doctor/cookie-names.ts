// What the names of a deployment's cookies begin with, as its answers show it.

import { type Exchange, headerValues } from './http-exchange.ts'

const COOKIE_NAME = /^(?:__Host-|__Secure-)?([a-z][a-z0-9-]{0,31})_(session|remember|data|known|pair)$/

/** What a cookie of Latchkey's is for; undefined where the name is none of these. */
export function cookiePurpose(name: string, cookieName: string): string | undefined {
  const [, found, purpose] = COOKIE_NAME.exec(name) ?? []
  return found === cookieName ? purpose : undefined
}

/** By the mark of a known device, which nothing else has; as it is by default where no such cookie came. */
export function cookieNameFromSignIn(signIn: Exchange): string {
  const names = headerValues(signIn, 'set-cookie').map((line) => line.split('=', 1)[0]?.trim() ?? '')
  const found = names.map((name) => COOKIE_NAME.exec(name)).find((match) => match?.[2] === 'known')
  return found?.[1] ?? 'latchkey'
}

/** By the cookie that keeps the language of a page; undefined where none came. */
export function cookieNameFromPage(page: Exchange): string | undefined {
  return headerValues(page, 'set-cookie')
    .map((line) => /^([a-z][a-z0-9-]{0,31})_language=/.exec(line)?.[1])
    .find((stem) => stem !== undefined)
}
