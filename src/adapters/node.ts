// node:http on one side, the handler on the other. Translation only.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Soon, soon } from '../http/at-once.ts'
import type { Guard, GuardOptions } from '../http/guard.ts'
import type { Handle } from '../http/handler.ts'
import { type Answer, type Incoming, isPieceByPiece } from '../http/message.ts'

export interface NodeOptions {
  /** The client's address, for hosts that know it better than the connection does. */
  readonly address?: (request: IncomingMessage) => string
}

/**
 * A request listener for `node:http`, `node:https` and whatever takes one. It must see the body unread. What memory can answer
 * is answered when it returns; otherwise it returns a promise of that.
 */
export function toNodeListener(
  latchkey: { readonly handle: Handle },
  options: NodeOptions = {},
): (request: IncomingMessage, response: ServerResponse) => Soon<void> {
  const address = options.address ?? peerOf
  return (request, response) =>
    soon(latchkey.handle(fromNode(request, address(request))), (answer) => writeAnswer(request, response, answer))
}

/** Who a request of node:http is, for routes of the host's own; see `Latchkey.guard`. */
export function toNodeGuard(latchkey: { readonly guard: Guard }): (request: IncomingMessage, options?: GuardOptions) => ReturnType<Guard> {
  return (request, options) =>
    latchkey.guard({ method: request.method ?? 'GET', header: (name) => headerOf(request.rawHeaders, name) }, options)
}

/** Reads what is needed of a request of node:http, where it is needed. */
export function fromNode(request: IncomingMessage, address: string): Incoming {
  const target = originForm(request.url ?? '/')
  const question = target.indexOf('?')
  return {
    method: request.method ?? 'GET',
    path: question === -1 ? target : target.slice(0, question),
    query: question === -1 ? '' : target.slice(question + 1),
    header: (name) => headerOf(request.rawHeaders, name),
    address,
    peer: peerOf(request),
    body: (limit) => readWhole(request, limit),
  }
}

/** Names and values in turn, as they came: Node's own objects of them cost more than the few that are looked at, and drop some. */
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

/** IPv4 clients of a socket that listens on both come mapped into IPv6. */
export function peerOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '')
}

/** Clients of proxies may send the absolute form (RFC 9112, 3.2.2); its host decides nothing here. */
function originForm(target: string): string {
  if (target.startsWith('/') && !target.includes('#')) return target
  const withoutFragment = target.split('#', 1)[0] ?? '/'
  if (withoutFragment.startsWith('/') || !URL.canParse(withoutFragment)) return withoutFragment
  const { pathname, search } = new URL(withoutFragment)
  return pathname + search
}

/** The body; undefined when it has more than `limit` bytes, or when the client went away. */
async function readWhole(request: IncomingMessage, limit: number): Promise<Uint8Array | undefined> {
  if (request.readableEnded) return new Uint8Array()
  // Gone already: nothing will be heard of this request any more.
  if (request.destroyed) return undefined
  const chunks: Uint8Array[] = []
  let size = 0
  // Not `for await`: leaving it early would destroy the connection, and with it the refusal.
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

/** Bytes of an unread body that are taken in and thrown away, so that the client gets to read its answer. */
const MAX_DRAIN = 128 * 1024
const DRAIN_TIME = 2_000

function writeAnswer(request: IncomingMessage, response: ServerResponse, answer: Answer): Soon<void> {
  if (response.destroyed) return undefined
  if (isPieceByPiece(answer.body)) return writePieces(request, response, answer, answer.body)
  const body = answer.body ?? ''
  const hasUnread = mayHaveMuchUnread(request)
  const head = headOf(answer, hasUnread)
  if (answer.status !== 204 && request.method !== 'HEAD') head.push('content-length', String(Buffer.byteLength(body)))
  response.writeHead(answer.status, head)
  if (hasUnread) return writeAndDrain(request, response, body)
  response.end(body)
  return undefined
}

/** The whole answer goes out first; to end it at once would reset a connection on which the client still sends. */
async function writeAndDrain(request: IncomingMessage, response: ServerResponse, body: string | Uint8Array): Promise<void> {
  response.write(body)
  await drain(request)
  response.end()
}

/** A reader that takes nothing for this long, in milliseconds, is gone or stuck. */
const MAX_STALL = 10_000

/** Each piece is made only when the one before has been taken. */
async function writePieces(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  pieces: AsyncIterable<string>,
): Promise<void> {
  request.resume()
  // Whatever came after it on this connection would wait for as long as this lasts.
  response.writeHead(answer.status, headOf(answer, true)).flushHeaders()
  for await (const piece of pieces) {
    if (response.destroyed) break
    if (!response.write(piece) && !(await isTaken(response))) {
      response.destroy()
      break
    }
  }
  response.end()
}

function isTaken(response: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (taken: boolean) => {
      clearTimeout(timer)
      response.off('drain', onTaken).off('close', onTaken)
      resolve(taken)
    }
    const onTaken = () => settle(true)
    const timer = setTimeout(() => settle(false), MAX_STALL)
    response.once('drain', onTaken).once('close', onTaken)
  })
}

/** Names and values in turn, each cookie under a name of its own. */
function headOf({ headers, cookies }: Answer, closes: boolean): string[] {
  const head: string[] = []
  for (const name in headers) head.push(name, headers[name] ?? '')
  for (const cookie of cookies) head.push('set-cookie', cookie)
  if (closes) head.push('connection', 'close')
  return head
}

/** True while more of the body may come than the connection should swallow unseen. */
function mayHaveMuchUnread(request: IncomingMessage): boolean {
  if (request.readableEnded) return false
  const announced = headerOf(request.rawHeaders, 'content-length')
  return announced === null ? headerOf(request.rawHeaders, 'transfer-encoding') !== null : Number(announced) > MAX_DRAIN
}

async function drain(request: IncomingMessage): Promise<void> {
  let drained = 0
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, DRAIN_TIME)
    const done = () => {
      clearTimeout(timer)
      resolve()
    }
    request.on('data', (chunk: Uint8Array) => {
      drained += chunk.byteLength
      if (drained > MAX_DRAIN) done()
    })
    request.once('end', done).once('error', done).once('close', done).resume()
  })
  request.pause()
}
