// HttpRequest for a request of node:http.

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { GuardedRequest } from '../http/auth-context.ts'
import type { HttpRequest } from '../http/message.ts'

/** Reads the parts of a node:http request on demand. */
export function fromNode(request: IncomingMessage, address: string): HttpRequest {
  const target = originForm(request.url ?? '/')
  const question = target.indexOf('?')
  return {
    method: request.method ?? 'GET',
    path: question === -1 ? target : target.slice(0, question),
    query: question === -1 ? '' : target.slice(question + 1),
    header: (name) => headerOf(request.rawHeaders, name),
    address,
    peer: peerOf(request),
    hostRequest: request,
    signal: signalOf,
    body: (limit) => readWhole(request, limit),
  }
}

/** Names and values in turn, as received: building Node's header objects costs more than the few look-ups, and drops duplicates. */
export function headerOf(raw: readonly string[], name: string): string | null {
  let found: string | null = null
  for (let index = 0; index < raw.length; index += 2) {
    const candidate = raw[index]
    if (candidate === undefined || candidate.length !== name.length) continue
    if (candidate !== name && candidate.toLowerCase() !== name) continue
    const value = raw[index + 1] ?? ''
    found = found === null ? value : `${found}${name === 'cookie' ? '; ' : ', '}${value}`
  }
  return found
}

/** On a dual-stack socket, IPv4 addresses arrive mapped into IPv6. */
export function peerOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '')
}

const controllers = new WeakMap<Socket, AbortController>()

/**
 * Aborted when the connection closes. One per connection, created on first use and found through `this`: a closure per
 * request would cost those that never use it. The request's own `close` event does not help: it comes once the body was read.
 */
function signalOf(this: HttpRequest): AbortSignal | undefined {
  const { socket } = this.hostRequest as IncomingMessage
  const known = controllers.get(socket)
  if (known !== undefined) return known.signal
  const controller = new AbortController()
  if (socket.destroyed) controller.abort()
  else socket.once('close', () => controller.abort())
  controllers.set(socket, controller)
  return controller.signal
}

/** The path of a request target, still percent-encoded. */
export function pathOf(target: string): string {
  const path = originForm(target)
  const question = path.indexOf('?')
  return question === -1 ? path : path.slice(0, question)
}

/** Clients of proxies may send the absolute form (RFC 9112, 3.2.2); its host is ignored here. */
function originForm(target: string): string {
  if (target.startsWith('/') && !target.includes('#')) return target
  const withoutFragment = target.split('#', 1)[0] ?? '/'
  if (withoutFragment.startsWith('/') || !URL.canParse(withoutFragment)) return withoutFragment
  const { pathname, search } = new URL(withoutFragment)
  return pathname + search
}

/** The body; `taken` when it was already read, undefined when it has more than `limit` bytes or the client disconnected. */
async function readWhole(request: IncomingMessage, limit: number): Promise<Uint8Array | 'taken' | undefined> {
  if (request.readableEnded) return announcesBody(request) ? 'taken' : new Uint8Array()
  // Already disconnected: no more events will come.
  if (request.destroyed) return undefined
  const chunks: Uint8Array[] = []
  let size = 0
  // Not `for await`: leaving it early would destroy the connection before the refusal is sent.
  return new Promise((resolve) => {
    const onData = (chunk: Uint8Array) => {
      size += chunk.byteLength
      chunks.push(chunk)
      if (size <= limit) return
      request.off('data', onData).pause()
      resolve(undefined)
    }
    request
      .on('data', onData)
      .once('end', () => resolve(Buffer.concat(chunks, size)))
      .once('close', () => resolve(undefined))
  })
}

/** The part of a request that a guard needs. */
export function guardedRequest(request: IncomingMessage, address: () => string, target = request.url ?? '/'): GuardedRequest {
  return { method: request.method ?? 'GET', target, header: (name) => headerOf(request.rawHeaders, name), address, hostRequest: request }
}

function announcesBody({ rawHeaders }: IncomingMessage): boolean {
  return Number(headerOf(rawHeaders, 'content-length') ?? 0) > 0 || headerOf(rawHeaders, 'transfer-encoding') !== null
}
