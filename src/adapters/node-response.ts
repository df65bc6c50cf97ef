// Writes an HttpResponse to a response of node:http.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { MaybePromise } from '../http/maybe-promise.ts'
import { type HttpResponse, isStreaming } from '../http/message.ts'
import { headerOf } from './node-request.ts'

/** Bytes of an unread body that are read and discarded, so that the client can read the response. */
const MAX_DRAIN = 128 * 1024
const DRAIN_TIME = 2_000

/** Writes the response of one of Latchkey's own paths. */
export function writeResponse(request: IncomingMessage, response: ServerResponse, answer: HttpResponse): MaybePromise<void> {
  if (response.destroyed) return undefined
  if (isStreaming(answer.body)) return writeStream(request, response, answer, answer.body)
  const body = answer.body ?? ''
  const hasUnread = hasLargeUnreadBody(request)
  const head = headOf(answer, hasUnread)
  if (answer.status !== 204 && request.method !== 'HEAD') head.push('content-length', String(Buffer.byteLength(body)))
  writeHead(response, answer.status, head)
  if (hasUnread) return writeThenDrain(request, response, body)
  response.end(body)
  // Progress restarts the timeout; when the whole response was taken, node:http sets its own timeout again.
  // A test's injected request has no real socket, and no timeout.
  if (response.writableLength > 0 && response.socket instanceof Socket) response.socket.setTimeout(MAX_STALL_AT_END)
  return undefined
}

/** Sends the whole response first: to close at once would reset a connection on which the client is still sending. */
async function writeThenDrain(request: IncomingMessage, response: ServerResponse, body: string | Uint8Array): Promise<void> {
  response.write(body)
  await drain(request)
  response.end()
}

/** Milliseconds after which a client that takes no chunk counts as disconnected: its connection is closed. */
const MAX_STALL = 5_000
/** The same while a whole response is being sent, which may be large and the connection slow. */
const MAX_STALL_AT_END = 30_000

/** Creates each chunk only when the kernel has taken the previous one: a stalled client holds one chunk in memory. */
async function writeStream(
  request: IncomingMessage,
  response: ServerResponse,
  answer: HttpResponse,
  chunks: AsyncIterable<string>,
): Promise<void> {
  request.resume()
  // A pipelined request on this connection would wait until the stream ends: close it.
  writeHead(response, answer.status, headOf(answer, true)).flushHeaders()
  for await (const chunk of chunks) {
    if (response.destroyed) break
    if (!(await writeChunk(response, chunk))) {
      response.destroy()
      break
    }
  }
  response.end()
}

function writeChunk(response: ServerResponse, chunk: string): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (taken: boolean) => {
      clearTimeout(timer)
      response.off('close', onClose)
      resolve(taken)
    }
    const onClose = () => settle(false)
    // If this process itself was delayed, pending write events are processed first.
    const timer = setTimeout(() => setImmediate(() => settle(false)), MAX_STALL)
    response.once('close', onClose).write(chunk, (error) => settle(!error))
  })
}

/** Writes a refusal of one of the host's routes; headers set by the host, such as its CORS headers, stay. */
export function writeErrorResponse(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  for (const name in headers) response.setHeader(name, headers[name] ?? '')
  response.statusCode = status
  response.end(isStreaming(body) ? '' : body)
}

/**
 * Middleware of the host may have set headers, or may add its own when the head is written: then each header must be set
 * individually. The host's cookies stay; its CORS headers are removed, since we decide which origins are allowed.
 */
function writeHead(response: ServerResponse, status: number, head: string[]): ServerResponse {
  const before = response.getHeaderNames()
  if (before.length === 0 && !Object.hasOwn(response, 'writeHead')) return response.writeHead(status, head)
  const ours = new Set(head.filter((_, index) => index % 2 === 0))
  for (const name of before)
    if (name.startsWith('access-control-') || (ours.has(name) && name !== 'set-cookie')) response.removeHeader(name)
  for (let index = 0; index < head.length; index += 2) response.appendHeader(head[index] ?? '', head[index + 1] ?? '')
  return response.writeHead(status)
}

/** Names and values in turn, with one header for each cookie. */
function headOf({ headers, cookies }: HttpResponse, closes: boolean): string[] {
  const head: string[] = []
  for (const name in headers) head.push(name, headers[name] ?? '')
  for (const cookie of cookies) head.push('set-cookie', cookie)
  if (closes) head.push('connection', 'close')
  return head
}

/** True while more of the body may follow than should be read and discarded. */
function hasLargeUnreadBody(request: IncomingMessage): boolean {
  if (request.readableEnded) return false
  const announced = headerOf(request.rawHeaders, 'content-length')
  return announced === null ? headerOf(request.rawHeaders, 'transfer-encoding') !== null : Number(announced) > MAX_DRAIN
}

async function drain(request: IncomingMessage): Promise<void> {
  let drained = 0
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, DRAIN_TIME)
    const finish = () => {
      clearTimeout(timer)
      resolve()
    }
    request.on('data', (chunk: Uint8Array) => {
      drained += chunk.byteLength
      if (drained > MAX_DRAIN) finish()
    })
    request.once('end', finish).once('error', finish).once('close', finish).resume()
  })
  request.pause()
}
