// What credentials a request carries: read once, from Authorization and Cookie, and not judged here.

import { type CookiePurpose, type CookieSettings, cookieName } from '../domain/cookies.ts'
import { AuthError } from '../domain/errors.ts'
import type { ResolvedCookies } from '../engine/duplicate-cookies.ts'
import { afterBlanks, beforeBlanks, type HeaderCredential, readAuthorization, trimmed } from './authorization.ts'
import type { HttpRequest } from './message.ts'

/** The values of our cookies; of one that came more than once, the first until it is known which of them counts. */
export interface CookieValues extends Readonly<Partial<Record<CookiePurpose, string>>> {
  /** Those that came more than once, each different value once. Absent where none did. */
  readonly duplicates?: Readonly<Partial<Record<CookiePurpose, readonly string[]>>>
}

export interface RequestCredentials {
  /** `bad` when there is an Authorization header that is none of the forms we take: it never falls back to a cookie. */
  readonly header: HeaderCredential | 'bad' | undefined
  readonly cookies: CookieValues
  /** What was found out of those that came more than once; absent where none did, or nobody has asked. */
  readonly resolved?: ResolvedCookies
}

const QUOTE = 34

const PURPOSES: readonly CookiePurpose[] = ['session', 'remember', 'device', 'data', 'known']

interface CookieNameEntry {
  readonly name: string
  readonly purpose: CookiePurpose
  /** Another one of the same length. */
  readonly next: CookieNameEntry | undefined
}

/** Ours by the length of the name: a name is compared where it stands, since to cut it out would cost more. */
export type CookieNames = readonly (CookieNameEntry | undefined)[]

export function cookieNames(settings: CookieSettings): CookieNames {
  const purposes = settings.domain === null ? PURPOSES : ([...PURPOSES, 'pair'] as const)
  const byLength: (CookieNameEntry | undefined)[] = []
  for (const purpose of purposes) {
    const name = cookieName(purpose, settings)
    byLength[name.length] = { name, purpose, next: byLength[name.length] }
  }
  return Array.from(byLength)
}

/** Refusal: `request.malformed` when Authorization came twice, and so nobody knows which counts. */
export function readCredentials(headerOf: HttpRequest['header'], names: CookieNames): RequestCredentials | AuthError {
  const header = readAuthorization(headerOf('authorization'))
  if (header instanceof AuthError) return header
  return { header, cookies: readCookies(headerOf('cookie'), names) }
}

interface ParsedCookies extends Partial<Record<CookiePurpose, string>> {
  duplicates?: Partial<Record<CookiePurpose, string[]>>
}

/** Our cookies of a Cookie header, by exact name. */
function readCookies(header: string | null, names: CookieNames): CookieValues {
  const found: ParsedCookies = {}
  if (header === null) return found
  for (let start = 0; start < header.length; ) {
    const semicolon: number = header.indexOf(';', start)
    const end: number = semicolon === -1 ? header.length : semicolon
    const equals = header.indexOf('=', start)
    if (equals !== -1 && equals < end) {
      const first = afterBlanks(header, start, equals)
      let own = names[beforeBlanks(header, first, equals) - first]
      while (own !== undefined && !header.startsWith(own.name, first)) own = own.next
      if (own !== undefined) {
        const value = unquoted(trimmed(header, equals + 1, end))
        if (found[own.purpose] === undefined) found[own.purpose] = value
        else addDuplicate(found, own.purpose, value)
      }
    }
    start = end + 1
  }
  return found
}

function addDuplicate(found: ParsedCookies, purpose: CookiePurpose, value: string): void {
  found.duplicates ??= {}
  found.duplicates[purpose] ??= [found[purpose] ?? '']
  const values = found.duplicates[purpose]
  if (!values.includes(value)) values.push(value)
}

function unquoted(value: string): string {
  return value.charCodeAt(0) === QUOTE && value.length > 1 && value.endsWith('"') ? value.slice(1, -1) : value
}
