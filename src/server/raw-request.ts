// Parses what it can of a request that the parser refused: enough to recognize a browser navigation.

import { isApiPath } from '../http/content-negotiation.ts'

/** The request line of a browser's GET; anything else is ignored. */
const REQUEST_LINE = /^GET (\/[^ ?\r\n]*)[^ \r\n]* HTTP\/1\.[01]\r\n/
/** More than a browser sends before its cookies. */
const MAX_READ = 16 * 1024

export interface RawRequest {
  readonly query: string
  header(name: string): string | null
}

/** Undefined where it is not a browser's GET, or for the API. A duplicate header counts as absent. */
export function parseRawRequest(packet: Buffer | undefined): RawRequest | undefined {
  const text = packet?.toString('latin1', 0, MAX_READ) ?? ''
  const [requestLine, path] = REQUEST_LINE.exec(text) ?? []
  if (requestLine === undefined || path === undefined || isApiPath(path)) return undefined
  const [head = ''] = text.slice(requestLine.length).split('\r\n\r\n', 1)
  const lines = head.split('\r\n')
  return {
    query: '',
    header(name) {
      const values = lines.flatMap((line) => {
        const colon = line.indexOf(':')
        return colon > 0 && line.slice(0, colon).toLowerCase() === name ? [line.slice(colon + 1).trim()] : []
      })
      return values.length === 1 ? (values[0] ?? null) : null
    },
  }
}
