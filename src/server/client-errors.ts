// Answers requests that node:http refuses before any handler runs: problem documents with our headers or, for a browser navigation,
// pages.

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { headerOf, pathOf } from '../adapters/node-request.ts'
import { AuthError } from '../domain/errors.ts'
import { isApiPath, NEGOTIATION_VARY, prefersHtml } from '../http/content-negotiation.ts'
import { securityHeaders } from '../http/headers.ts'
import { PROBLEM_TYPE, problemOf, STATUS } from '../http/problem.ts'
import type { ErrorPage, RouteResult } from '../http/route.ts'
import { parseRawRequest, type RawRequest } from './raw-request.ts'

// By way of the process: an import of node:http would also load clients for WebSockets and fetch, a tenth of the start-up time.
const { STATUS_CODES } = process.getBuiltinModule('node:http')

const HOST = 'host'

interface ParserError extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer
}

export function handleClientErrors(server: Server, publicUrl: () => string, page: ErrorPage): void {
  server.on('clientError', (error: ParserError, socket: Duplex) => {
    // An earlier response may be incomplete: a second one inside it would be response smuggling.
    if (error.code === 'ECONNRESET' || !socket.writable || hasResponded(socket)) {
      socket.destroy()
      return
    }
    void rawResponse(refusalOf(error), publicUrl(), parseRawRequest(error.rawPacket), page).then((answer) => endSocket(socket, answer))
  })
  // Without a listener Node would close the connection without a response.
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    void rawResponse(new AuthError('request.malformed', { reason: 'http' }), publicUrl(), undefined, page).then((answer) =>
      endSocket(socket, answer),
    )
  })
}

/** Checks again that the socket is writable: a page is created asynchronously. */
function endSocket(socket: Duplex, answer: string): void {
  if (socket.writable) socket.end(answer)
}

function refusalOf({ code }: NodeJS.ErrnoException): AuthError {
  if (code === 'HPE_HEADER_OVERFLOW') return new AuthError('request.headers_too_large')
  return new AuthError('request.malformed', { reason: code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'timeout' : 'http' })
}

/** Refuses what the parser accepts but the standard does not (RFC 9112, 3.2): HTTP/1.1 without a Host, and more than one. */
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
  const rawRequest = isApiPath(pathOf(request.url ?? '/'))
    ? undefined
    : { query: '', header: (name: string) => headerOf(request.rawHeaders, name) }
  endSocket(request.socket, await rawResponse(new AuthError('request.malformed', { reason: 'host' }), publicUrl, rawRequest, page))
}

function hasResponded(socket: Duplex & { readonly _httpMessage?: { readonly headersSent: boolean } | null }): boolean {
  return socket._httpMessage?.headersSent === true
}

/** Never rejects. */
async function rawResponse(error: AuthError, publicUrl: string, rawRequest: RawRequest | undefined, page: ErrorPage): Promise<string> {
  const status = STATUS[error.code]
  const requestId = randomBytes(9).toString('base64url')
  const errorPage: RouteResult | undefined =
    rawRequest && prefersHtml(rawRequest) ? await page(rawRequest, error, requestId).catch(() => undefined) : undefined
  const { type, body } = errorPage?.content ?? { type: PROBLEM_TYPE, body: JSON.stringify(problemOf(error, publicUrl)) }
  const text = typeof body === 'string' ? body : ''
  const headers = {
    ...securityHeaders(publicUrl.startsWith('https:')),
    ...errorPage?.headers,
    vary: NEGOTIATION_VARY,
    'x-request-id': requestId,
    'content-type': type,
    'content-length': String(Buffer.byteLength(text)),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text}`
}
