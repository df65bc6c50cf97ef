// The credentials of a request: read from Authorization and Cookie, not yet verified.

import { type CookiePurpose, type CookieSettings, cookieName } from '../domain/cookies.ts'
import { AuthError } from '../domain/errors.ts'
import type { ResolvedCookies } from '../engine/duplicate-cookies.ts'
import { afterBlanks, beforeBlanks, type HeaderCredential, readAuthorization, trimmed } from './authorization.ts'
import type { HttpRequest } from './message.ts'

/** The values of our cookies; of duplicates, the first until they are resolved. */
export interface CookieValues extends Readonly<Partial<Record<CookiePurpose, string>>> {
  /** The distinct values of each duplicate cookie. Absent where there is none. */
  readonly duplicates?: Readonly<Partial<Record<CookiePurpose, readonly string[]>>>
}

export interface RequestCredentials {
  /** `bad` when the Authorization header has an unknown form: it never falls back to a cookie. */
  readonly header: HeaderCredential | 'bad' | undefined
  readonly cookies: CookieValues
  /** The result for duplicate cookies; absent where there are none, or they were not resolved. */
  readonly resolved?: ResolvedCookies
}

const QUOTE = 34

const PURPOSES: readonly CookiePurpose[] = ['session', 'remember', 'device', 'data', 'known']

interface CookieNameEntry {
  readonly name: string
  readonly purpose: CookiePurpose
  /** The next entry with a name of the same length. */
  readonly next: CookieNameEntry | undefined
}

/** Our cookie names by length: a name is compared in place, because to slice it would cost more. */
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

/** Refusal: `request.malformed` when there are two Authorization headers, as it is unclear which one counts. */
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
