// What node:http refuses before any handler sees it, in our own form: problem documents, with our headers.

import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { AuthError } from '../domain/errors.ts'
import { securityHeaders } from '../http/headers.ts'
import { PROBLEM_TYPE, problemOf, STATUS } from '../http/problem.ts'

export function answerClientErrors(server: Server, publicUrl: () => string): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // Bytes of an earlier answer may be on their way: a second one in the middle of it would be smuggled in.
    if (error.code === 'ECONNRESET' || !socket.writable || hasAnswered(socket)) {
      socket.destroy()
      return
    }
    const tooLarge = error.code === 'HPE_HEADER_OVERFLOW'
    socket.end(rawAnswer(new AuthError(tooLarge ? 'request.headers_too_large' : 'request.malformed', { reason: 'http' }), publicUrl()))
  })
}

/** Refuses what the parser takes but the standard does not: HTTP/1.1 without a Host (RFC 9112, 3.2). */
export function lacksHost(request: IncomingMessage): boolean {
  return request.httpVersion === '1.1' && request.headers.host === undefined
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
    'content-type': PROBLEM_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`
}
