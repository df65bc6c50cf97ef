// What node:http refuses before any handler sees it, in our own form: problem documents, with our headers.

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { AuthError } from '../domain/errors.ts'
import { securityHeaders } from '../http/headers.ts'
import { PROBLEM_TYPE, problemOf, STATUS } from '../http/problem.ts'
import { STATUS_CODES } from './node-http.ts'

const HOST = 'host'

export function answerClientErrors(server: Server, publicUrl: () => string): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // Bytes of an earlier answer may be on their way: a second one in the middle of it would be smuggled in.
    if (error.code === 'ECONNRESET' || !socket.writable || hasAnswered(socket)) {
      socket.destroy()
      return
    }
    socket.end(rawAnswer(refusalOf(error), publicUrl()))
  })
  // Without a listener the connection would be cut without a word.
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    socket.end(rawAnswer(new AuthError('request.malformed', { reason: 'http' }), publicUrl()))
  })
}

function refusalOf({ code }: NodeJS.ErrnoException): AuthError {
  if (code === 'HPE_HEADER_OVERFLOW') return new AuthError('request.headers_too_large')
  return new AuthError('request.malformed', { reason: code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'timeout' : 'http' })
}

/** Refuses what the parser takes but the standard does not (RFC 9112, 3.2): HTTP/1.1 without a Host, and more than one. */
export function hasWrongHost(request: IncomingMessage): boolean {
  let hosts = 0
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index]
    if (name?.length === HOST.length && name.toLowerCase() === HOST) hosts += 1
  }
  return hosts > 1 || (hosts === 0 && request.httpVersion === '1.1')
}

export function refuseRaw(request: IncomingMessage, response: ServerResponse, publicUrl: string): void {
  response.shouldKeepAlive = false
  request.socket.end(rawAnswer(new AuthError('request.malformed', { reason: 'host' }), publicUrl))
}

function hasAnswered(socket: Duplex & { readonly _httpMessage?: { readonly headersSent: boolean } | null }): boolean {
  return socket._httpMessage?.headersSent === true
}

function rawAnswer(error: AuthError, publicUrl: string): string {
  const status = STATUS[error.code]
  const body = JSON.stringify(problemOf(error, publicUrl))
  const headers = {
    ...securityHeaders(publicUrl.startsWith('https:')),
    'x-request-id': randomBytes(9).toString('base64url'),
    'content-type': PROBLEM_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`
}
