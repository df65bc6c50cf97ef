// Parses the Authorization header (RFC 9110, 11.6.2): a Latchkey credential, a malformed one, or another scheme.

import { AuthError } from '../domain/errors.ts'
import type { RequestCredential } from '../engine/authenticate.ts'

export interface HeaderCredential extends RequestCredential {
  /** Sent with the DPoP scheme (RFC 9449, 7.1): a token that is not bound is then refused. */
  readonly hasDpopScheme?: true
}

const BEARER = 'Bearer '

/** Schemes of a proxy's or an application's own password. Browsers then send it with every request. */
const FOREIGN_SCHEMES = /^(?:basic|digest|negotiate|ntlm)(?:[ \t]|$)/i
/** A parameter after a comma (RFC 9110, 11.4): it belongs to the same credential. */
const AUTH_PARAMETER = /^[\w!#$%&'*+.^`|~-]+[ \t]*=[ \t]*(?:"(?:[^"\\]|\\.)*"|[\w!#$%&'*+.^`|~-]+)$/

/**
 * `bad` for a header of an unknown form: it never falls back to a cookie. Undefined where there is none, or one of a scheme
 * that is not ours: `Basic`, `Digest`, `Negotiate`, `NTLM`. Refusal: `request.malformed` when there are two and one of them is ours.
 */
export function readAuthorization(value: string | null): HeaderCredential | 'bad' | undefined | AuthError {
  if (value === null) return undefined
  if (value.includes(',')) return readList(value)
  // The usual form.
  if (value.startsWith(BEARER)) {
    const raw = value.slice(BEARER.length)
    if (!raw.includes(' ') && !raw.includes('\t')) return { kind: 'token', raw }
  }
  const text = trimmed(value)
  if (FOREIGN_SCHEMES.test(text)) return undefined
  const space = text.indexOf(' ')
  if (space === -1) return text.includes('.') ? { kind: 'token', raw: text } : 'bad'
  const scheme = text.slice(0, space).toLowerCase()
  const raw = trimmed(text.slice(space + 1))
  if (raw.includes(' ')) return 'bad'
  if (scheme === 'bearer') return { kind: 'token', raw }
  if (scheme === 'dpop') return { kind: 'token', raw, hasDpopScheme: true }
  if (scheme === 'session') return { kind: 'session', raw }
  return 'bad'
}

/** True where the header contains no credential for us. */
export function isForeignScheme(value: string): boolean {
  return readAuthorization(value) === undefined
}

/** Duplicate headers are joined by a comma; Digest itself contains commas. */
function readList(value: string): undefined | AuthError {
  const [first = '', ...rest] = splitAtCommas(value)
  const isForeign =
    FOREIGN_SCHEMES.test(first) && rest.every((part) => part === '' || FOREIGN_SCHEMES.test(part) || AUTH_PARAMETER.test(part))
  return isForeign ? undefined : new AuthError('request.malformed', { reason: 'duplicate_header' })
}

/** Splits at the commas outside of quotes, or at every comma where a quote is never closed. Linear time: the header is untrusted. */
function splitAtCommas(value: string): readonly string[] {
  const parts: string[] = []
  let start = 0
  let isQuoted = false
  for (let index = 0; index < value.length; index += 1) {
    const character = value[index]
    if (isQuoted && character === '\\') index += 1
    else if (character === '"') isQuoted = !isQuoted
    else if (character === ',' && !isQuoted) {
      parts.push(trimmed(value, start, index))
      start = index + 1
    }
  }
  if (isQuoted) return value.split(',').map((part) => trimmed(part))
  parts.push(trimmed(value, start))
  return parts
}

/**
 * Trims spaces and tabs, and nothing else: to a browser a cookie name that begins with a no-break space is
 * not our `__Host-` name and may be set by any site, so it must not become ours here.
 */
export function trimmed(text: string, from = 0, to = text.length): string {
  const start = afterBlanks(text, from, to)
  return text.slice(start, beforeBlanks(text, start, to))
}

export function afterBlanks(text: string, from: number, to: number): number {
  let start = from
  while (start < to && isBlank(text.charCodeAt(start))) start += 1
  return start
}

export function beforeBlanks(text: string, from: number, to: number): number {
  let end = to
  while (end > from && isBlank(text.charCodeAt(end - 1))) end -= 1
  return end
}

function isBlank(character: number): boolean {
  return character === 32 || character === 9
}
