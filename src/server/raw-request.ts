// What can be read of a request that the parser refused: enough to tell a browser that opens an address from a program.

import { isApiPath } from '../http/content-negotiation.ts'

/** A request line and headers as browsers send them begin like this; nothing else is looked into. */
const REQUEST_LINE = /^GET (\/[^ ?\r\n]*)[^ \r\n]* HTTP\/1\.[01]\r\n/
/** As much as a browser sends before its cookies, and more. */
const MAX_READ = 16 * 1024

export interface RawRequest {
  readonly query: string
  header(name: string): string | null
}

/** Undefined where it is not a browser's, or not for a page. A header that came twice is none. */
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
