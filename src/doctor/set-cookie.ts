// Parses Set-Cookie headers (RFC 6265, 5.2) into name and attributes, without the value.

import { type Exchange, headerValues } from './http-exchange.ts'

export interface ParsedSetCookie {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
}

export function parseSetCookies(exchange: Exchange): readonly ParsedSetCookie[] {
  return headerValues(exchange, 'set-cookie').map((line) => {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
    const entries = attributes.map((attribute) => {
      const [name = '', ...value] = attribute.split('=')
      return [name.toLowerCase(), value.join('=')] as const
    })
    return { name: pair.split('=', 1)[0] ?? '', attributes: new Map(entries) }
  })
}
