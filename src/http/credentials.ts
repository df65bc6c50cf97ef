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

const PURPOSES: readonly CookiePurpose[] = ['session', 'remember', 'device', 'data', 'known']

export type CookieNames = ReadonlyMap<string, CookiePurpose>

export function cookieNames(settings: CookieSettings): CookieNames {
  return new Map(PURPOSES.map((purpose) => [cookieName(purpose, settings), purpose]))
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
    const semicolon = header.indexOf(';', start)
    const end = semicolon === -1 ? header.length : semicolon
    const equals = header.indexOf('=', start)
    if (equals !== -1 && equals < end) {
      const purpose = names.get(trimmed(header.slice(start, equals)))
      if (purpose !== undefined) {
        if (found[purpose] !== undefined) return undefined
        found[purpose] = unquoted(trimmed(header.slice(equals + 1, end)))
      }
    }
    start = end + 1
  }
  return found
}

function unquoted(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}

/**
 * Without spaces and tabs at its ends, and nothing else: to a browser a name that begins with a no-break space is
 * not ours and may be set by anyone, so it must not become ours here.
 */
function trimmed(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && isBlank(text.charCodeAt(start))) start += 1
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1
  return start === 0 && end === text.length ? text : text.slice(start, end)
}

function isBlank(character: number): boolean {
  return character === 32 || character === 9
}
