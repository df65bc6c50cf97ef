// Parses `scheme://user:password@host1:port,host2/path?name=value` (RFC 3986, with several hosts like libpq).
// The user name and the password end at the only `@`: an ambiguous string is refused, never guessed.

import { isProblem, type ParseResult, type Problem, problem } from './parse-result.ts'

export interface Host {
  /** A name, an address, or the folder of a socket; empty where there is none. */
  readonly host: string
  readonly port: number | undefined
}

export interface Address {
  readonly user: string | undefined
  readonly password: string | undefined
  readonly hosts: readonly Host[]
  /** Decoded, without the leading slash; undefined where there is none. */
  readonly path: string | undefined
  /** True where the path contains further slashes that are not percent-encoded. */
  readonly isNested: boolean
  readonly parameters: readonly Parameter[]
}

export interface Parameter {
  readonly name: string
  readonly value: string
}

const ENCODED: Readonly<Record<string, string>> = {
  '/': '%2F',
  '?': '%3F',
  '#': '%23',
  '@': '%40',
  '%': '%25',
  '[': '%5B',
  ']': '%5D',
  ' ': '%20',
}

/** @param text after `scheme://` */
export function readAddress(text: string): ParseResult<Address> {
  if (hasControl(text)) return problem('it contains a line break or another control character; percent-encode it, a line break as %0A')
  const end = text.search(/[/?#@]/)
  const hasUser = end !== -1 && text[end] === '@'
  const rest = hasUser ? text.slice(end + 1) : text
  if (rest.includes('@')) return problem(encodingHint(text.slice(0, text.lastIndexOf('@'))))
  if (rest.includes('#')) return problem('percent-encode “#” as %23')
  const credentials = hasUser ? readCredentials(text.slice(0, end)) : { value: { user: undefined, password: undefined } }
  if (isProblem(credentials)) return credentials
  const [, authority = '', rawPath, query = ''] = /^([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/.exec(rest) ?? []
  const hosts = readHosts(authority)
  if (isProblem(hosts)) return hosts
  const path = rawPath === undefined ? '' : decoded(rawPath)
  if (path === undefined) return problem('after the host a “%” is not followed by two hexadecimal digits; percent-encode it as %25')
  const parameters = readParameters(query)
  if (isProblem(parameters)) return parameters
  return {
    value: {
      ...credentials.value,
      hosts: hosts.value,
      path: rawPath === undefined ? undefined : path,
      isNested: rawPath?.includes('/') ?? false,
      parameters: parameters.value,
    },
  }
}

/** Undefined where the encoding is invalid, or contains a NUL. */
export function decoded(text: string): string | undefined {
  if (/%(?![0-9a-f]{2})|%00/i.test(text)) return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

export function hasControl(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  return /[\u0000-\u001f\u007f]/.test(text)
}

/** Names the characters before the last `@` that must be encoded, and how. */
function encodingHint(credentials: string): string {
  if (/[?&][^?&@]*=/.test(credentials))
    return 'an “@” after a “?” makes it unclear where the password ends; percent-encode “@” as %40, “?” as %3F'
  const found = [...new Set(credentials.match(/[/?#@[\] ]|%(?![0-9a-f]{2})/gi) ?? [])]
  const how = found.map((each) => `“${each}” as ${ENCODED[each]}`).join(', ')
  return `its user name and password are ambiguous; percent-encode in them ${how || '“@” as %40'}`
}

function readCredentials(text: string): ParseResult<Pick<Address, 'user' | 'password'>> {
  const colon = text.indexOf(':')
  const user = decoded(colon === -1 ? text : text.slice(0, colon))
  const password = colon === -1 ? '' : decoded(text.slice(colon + 1))
  if (user === undefined || password === undefined)
    return problem(
      'a “%” in its user name or password is not followed by two hexadecimal digits of UTF-8; percent-encode in them “%” as %25',
    )
  return { value: { user: user || undefined, password: password || undefined } }
}

export function readHosts(text: string): ParseResult<readonly Host[]> {
  const hosts: Host[] = []
  for (const part of text.split(',')) {
    const host = readHost(part)
    if (isProblem(host)) return host
    hosts.push(host.value)
  }
  return { value: hosts }
}

function readHost(text: string): ParseResult<Host> {
  const [, bracketed, plain, rawPort] = /^(?:\[([0-9a-f:.%]*)\]|([^:[\]]*))(?::(.*))?$/i.exec(text) ?? []
  const host = bracketed ?? decoded(plain ?? '%')
  const wellFormed = host !== undefined && (bracketed !== undefined || /^[\p{L}\p{N}._-]*$/u.test(host) || /^\/[^\0]+$/.test(host))
  if (!wellFormed) return problem('its host is invalid; write an IPv6 address in brackets, and a user name and password before an @')
  const port = readPort(rawPort)
  return isProblem(port) ? port : { value: { host, port: port.value } }
}

export function readPort(text: string | undefined): ParseResult<number | undefined> {
  if (text === undefined || text === '') return { value: undefined }
  if (/^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) <= 65_535) return { value: Number(text) }
  return problem('its port is no number from 1 to 65535; write a user name and password before an @, percent-encoded: “/” as %2F')
}

function readParameters(query: string): ParseResult<readonly Parameter[]> {
  const parameters: Parameter[] = []
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decoded(pair.slice(0, equals))
    const value = decoded(pair.slice(equals + 1))
    if (equals === -1 || name === undefined || value === undefined) return NOT_A_PARAMETER
    parameters.push({ name, value })
  }
  return { value: parameters }
}

const NOT_A_PARAMETER: Problem = problem(
  'a parameter after “?” is not of the form name=value; percent-encode in values “&” as %26, “=” as %3D, “%” as %25',
)
