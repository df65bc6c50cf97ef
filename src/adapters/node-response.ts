// An answer, through a response of node:http.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { MaybePromise } from '../http/maybe-promise.ts'
import { type HttpResponse, isStreaming } from '../http/message.ts'
import { headerOf } from './node-request.ts'

/** Bytes of an unread body that are taken in and thrown away, so that the client gets to read its answer. */
const MAX_DRAIN = 128 * 1024
const DRAIN_TIME = 2_000

/** Writes the answer of a path of Latchkey's own. */
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
  // Progress sets the clock back; what remains of it when all was taken, node:http replaces by its own.
  // What stands for a socket where a test injects its requests has no time limit.
  if (response.writableLength > 0 && response.socket instanceof Socket) response.socket.setTimeout(MAX_STALL_AT_END)
  return undefined
}

/** The whole answer goes out first; to end it at once would reset a connection on which the client still sends. */
async function writeThenDrain(request: IncomingMessage, response: ServerResponse, body: string | Uint8Array): Promise<void> {
  response.write(body)
  await drain(request)
  response.end()
}

/** A reader that does not take a piece within this time, in milliseconds, is gone or stuck: its connection is closed. */
const MAX_STALL = 5_000
/** The same where a whole answer waits for its reader, which may be large and the line slow. */
const MAX_STALL_AT_END = 30_000

/** Each piece is made only when the kernel has taken the one before: one is held for each reader, however long it has not read. */
async function writeStream(
  request: IncomingMessage,
  response: ServerResponse,
  answer: HttpResponse,
  pieces: AsyncIterable<string>,
): Promise<void> {
  request.resume()
  // Whatever came after it on this connection would wait for as long as this lasts.
  writeHead(response, answer.status, headOf(answer, true)).flushHeaders()
  for await (const piece of pieces) {
    if (response.destroyed) break
    if (!(await writeChunk(response, piece))) {
      response.destroy()
      break
    }
  }
  response.end()
}

function writeChunk(response: ServerResponse, piece: string): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (taken: boolean) => {
      clearTimeout(timer)
      response.off('close', onClose)
      resolve(taken)
    }
    const onClose = () => settle(false)
    // Where this process was held up itself, what the reader has taken meanwhile is told first.
    const timer = setTimeout(() => setImmediate(() => settle(false)), MAX_STALL)
    response.once('close', onClose).write(piece, (error) => settle(!error))
  })
}

/** Writes a refusal of one of the host's own routes; what the host has set so far, such as its CORS headers, stays. */
export function writeErrorResponse(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  for (const name in headers) response.setHeader(name, headers[name] ?? '')
  response.statusCode = status
  response.end(isStreaming(body) ? '' : body)
}

/**
 * Middleware of the host may have set headers already, or wait for the head to be written to add its own: then it has to see
 * them set one by one. Its cookies stay, and its CORS headers go, as whom to let in is decided here.
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

/** Names and values in turn, each cookie under a name of its own. */
function headOf({ headers, cookies }: HttpResponse, closes: boolean): string[] {
  const head: string[] = []
  for (const name in headers) head.push(name, headers[name] ?? '')
  for (const cookie of cookies) head.push('set-cookie', cookie)
  if (closes) head.push('connection', 'close')
  return head
}

/** True while more of the body may come than the connection should swallow unseen. */
function hasLargeUnreadBody(request: IncomingMessage): boolean {
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
