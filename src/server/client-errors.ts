// What node:http refuses before any handler sees it, in our own form: problem documents or, for a browser that opens an address,
// pages; with our headers.

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { headerOf, pathOf } from '../adapters/node-request.ts'
import { AuthError } from '../domain/errors.ts'
import { isApiPath, NEGOTIATION_VARY, prefersHtml } from '../http/content-negotiation.ts'
import { securityHeaders } from '../http/headers.ts'
import { PROBLEM_TYPE, problemOf, STATUS } from '../http/problem.ts'
import type { ErrorPage, RouteResult } from '../http/route.ts'
import { STATUS_CODES } from './node-http.ts'
import { parseRawRequest, type RawRequest } from './raw-request.ts'

const HOST = 'host'

interface ParserError extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer
}

export function handleClientErrors(server: Server, publicUrl: () => string, page: ErrorPage): void {
  server.on('clientError', (error: ParserError, socket: Duplex) => {
    // Bytes of an earlier answer may be on their way: a second one in the middle of it would be smuggled in.
    if (error.code === 'ECONNRESET' || !socket.writable || hasResponded(socket)) {
      socket.destroy()
      return
    }
    void rawResponse(refusalOf(error), publicUrl(), parseRawRequest(error.rawPacket), page).then((answer) => endSocket(socket, answer))
  })
  // Without a listener the connection would be cut without a word.
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    void rawResponse(new AuthError('request.malformed', { reason: 'http' }), publicUrl(), undefined, page).then((answer) =>
      endSocket(socket, answer),
    )
  })
}

/** Once: a page takes a turn of its own to be made. */
function endSocket(socket: Duplex, answer: string): void {
  if (socket.writable) socket.end(answer)
}

function refusalOf({ code }: NodeJS.ErrnoException): AuthError {
  if (code === 'HPE_HEADER_OVERFLOW') return new AuthError('request.headers_too_large')
  return new AuthError('request.malformed', { reason: code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'timeout' : 'http' })
}

/** Refuses what the parser takes but the standard does not (RFC 9112, 3.2): HTTP/1.1 without a Host, and more than one. */
export function hasInvalidHost(request: IncomingMessage): boolean {
  let hosts = 0
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index]
    if (name?.length === HOST.length && name.toLowerCase() === HOST) hosts += 1
  }
  return hosts > 1 || (hosts === 0 && request.httpVersion === '1.1')
}

export async function rejectRawRequest(
  request: IncomingMessage,
  response: ServerResponse,
  publicUrl: string,
  page: ErrorPage,
): Promise<void> {
  response.shouldKeepAlive = false
  const asking = isApiPath(pathOf(request.url ?? '/'))
    ? undefined
    : { query: '', header: (name: string) => headerOf(request.rawHeaders, name) }
  endSocket(request.socket, await rawResponse(new AuthError('request.malformed', { reason: 'host' }), publicUrl, asking, page))
}

function hasResponded(socket: Duplex & { readonly _httpMessage?: { readonly headersSent: boolean } | null }): boolean {
  return socket._httpMessage?.headersSent === true
}

/** Never rejects. */
async function rawResponse(error: AuthError, publicUrl: string, asking: RawRequest | undefined, page: ErrorPage): Promise<string> {
  const status = STATUS[error.code]
  const requestId = randomBytes(9).toString('base64url')
  const shown: RouteResult | undefined =
    asking && prefersHtml(asking) ? await page(asking, error, requestId).catch(() => undefined) : undefined
  const { type, body } = shown?.content ?? { type: PROBLEM_TYPE, body: JSON.stringify(problemOf(error, publicUrl)) }
  const text = typeof body === 'string' ? body : ''
  const headers = {
    ...securityHeaders(publicUrl.startsWith('https:')),
    ...shown?.headers,
    vary: NEGOTIATION_VARY,
    'x-request-id': requestId,
    'content-type': type,
    'content-length': String(Buffer.byteLength(text)),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text}`
}
