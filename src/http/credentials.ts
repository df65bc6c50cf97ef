// What credentials a request carries: read once, from Authorization and Cookie, and not judged here.

import { type CookiePurpose, type CookieSettings, cookieName } from '../domain/cookies.ts'
import { AuthError } from '../domain/errors.ts'
import type { Presented } from '../engine/authenticate.ts'
import type { Incoming } from './message.ts'

export interface RequestCredentials {
  /** `bad` when there is an Authorization header that is none of the forms we take: it never falls back to a cookie. */
  readonly header: HeaderCredential | 'bad' | undefined
  readonly cookies: Readonly<Partial<Record<CookiePurpose, string>>>
}

interface HeaderCredential extends Presented {
  /** Sent as bound to a key (RFC 9449, 7.1): one that is not is none. */
  readonly saidToBeBound?: true
}

const BEARER = 'Bearer '
const QUOTE = 34

const PURPOSES: readonly CookiePurpose[] = ['session', 'remember', 'device', 'data', 'known']

/** Ours by the length of the name, which no two share: a name is compared where it stands, since to cut it out would cost more. */
export type CookieNames = readonly ({ readonly name: string; readonly purpose: CookiePurpose } | undefined)[]

export function cookieNames(settings: CookieSettings): CookieNames {
  const names = PURPOSES.map((purpose) => ({ name: cookieName(purpose, settings), purpose }))
  const longest = Math.max(...names.map(({ name }) => name.length))
  return Array.from({ length: longest + 1 }, (_, length) => names.find(({ name }) => name.length === length))
}

/** Refusal: `request.malformed` when Authorization or one of our cookies came twice, and so nobody knows which counts. */
export function readCredentials(headerOf: Incoming['header'], names: CookieNames): RequestCredentials | AuthError {
  const authorization = headerOf('authorization')
  if (authorization?.includes(',')) return new AuthError('request.malformed', { reason: 'duplicate_header' })
  const cookies = readCookies(headerOf('cookie'), names)
  if (cookies === undefined) return new AuthError('request.malformed', { reason: 'duplicate_cookie' })
  return { header: authorization === null ? undefined : readAuthorization(authorization), cookies }
}

/** `Session <value>`, `Bearer <jwt>`, `DPoP <jwt>`, or the bare `<jwt>`. Scheme names are case-insensitive (RFC 9110, 11.1). */
function readAuthorization(value: string): HeaderCredential | 'bad' {
  // As nearly everybody writes it.
  if (value.startsWith(BEARER)) {
    const raw = value.slice(BEARER.length)
    if (!raw.includes(' ') && !raw.includes('\t')) return { kind: 'token', raw }
  }
  const text = trimmed(value)
  const space = text.indexOf(' ')
  if (space === -1) return text.includes('.') ? { kind: 'token', raw: text } : 'bad'
  const scheme = text.slice(0, space).toLowerCase()
  const raw = trimmed(text.slice(space + 1))
  if (raw.includes(' ')) return 'bad'
  if (scheme === 'bearer') return { kind: 'token', raw }
  if (scheme === 'dpop') return { kind: 'token', raw, saidToBeBound: true }
  if (scheme === 'session') return { kind: 'session', raw }
  return 'bad'
}

/** Our cookies of a Cookie header, by exact name; undefined when one of them is there twice. */
function readCookies(header: string | null, names: CookieNames): Partial<Record<CookiePurpose, string>> | undefined {
  const found: Partial<Record<CookiePurpose, string>> = {}
  if (header === null) return found
  for (let start = 0; start < header.length; ) {
    const semicolon: number = header.indexOf(';', start)
    const end: number = semicolon === -1 ? header.length : semicolon
    const equals = header.indexOf('=', start)
    if (equals !== -1 && equals < end) {
      const first = afterBlanks(header, start, equals)
      const own = names[beforeBlanks(header, first, equals) - first]
      if (own !== undefined && header.startsWith(own.name, first)) {
        if (found[own.purpose] !== undefined) return undefined
        found[own.purpose] = unquoted(trimmed(header, equals + 1, end))
      }
    }
    start = end + 1
  }
  return found
}

function unquoted(value: string): string {
  return value.charCodeAt(0) === QUOTE && value.length > 1 && value.endsWith('"') ? value.slice(1, -1) : value
}

/**
 * This part of a text without spaces and tabs at its ends, and nothing else: to a browser a name that begins with a no-break space is
 * not ours and may be set by anyone, so it must not become ours here.
 */
function trimmed(text: string, from = 0, to = text.length): string {
  const start = afterBlanks(text, from, to)
  return text.slice(start, beforeBlanks(text, start, to))
}

function afterBlanks(text: string, from: number, to: number): number {
  let start = from
  while (start < to && isBlank(text.charCodeAt(start))) start += 1
  return start
}

function beforeBlanks(text: string, from: number, to: number): number {
  let end = to
  while (end > from && isBlank(text.charCodeAt(end - 1))) end -= 1
  return end
}

function isBlank(character: number): boolean {
  return character === 32 || character === 9
}
