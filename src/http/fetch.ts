// The adapter for hosts that use the Fetch API's Request and Response.

import type { Handle } from './handler.ts'
import { type HttpRequest, type HttpResponse, isStreaming } from './message.ts'

export interface Peer {
  /** The address of the client, as the host knows it. */
  readonly address: string
}

/** Reads what is needed of a Request; its body stays unread until it is needed. */
export function fromRequest(request: Request, peer: Peer): HttpRequest {
  const url = new URL(request.url)
  return {
    method: request.method,
    path: url.pathname,
    query: url.search.slice(1),
    // A Request that a host has created itself has no Host header.
    header: (name) => request.headers.get(name) ?? (name === 'host' ? url.host : null),
    address: peer.address,
    peer: peer.address,
    hostRequest: request,
    signal: () => request.signal,
    body: async (limit) => (request.bodyUsed ? 'taken' : readWhole(request.body, limit)),
  }
}

/** The body; undefined when it has more than `limit` bytes, or when the client disconnected. */
async function readWhole(stream: ReadableStream<Uint8Array> | null, limit: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = stream?.getReader()
  for (;;) {
    const next = await reader?.read().catch(() => null)
    if (next === null) return undefined
    if (next === undefined || next.done) break
    size += next.value.byteLength
    if (size > limit) {
      await reader?.cancel()
      return undefined
    }
    chunks.push(next.value)
  }
  const whole = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return whole
}

export function toResponse(response: HttpResponse): Response {
  const headers = new Headers(response.headers)
  for (const cookie of response.cookies) headers.append('set-cookie', cookie)
  return new Response(isStreaming(response.body) ? toReadableStream(response.body) : response.body, { status: response.status, headers })
}

/** Milliseconds after which a client that reads nothing counts as disconnected. */
const MAX_STALL = 5_000

/** Pulls a chunk when the client reads, and ends the iteration when the client disconnects or stalls. */
function toReadableStream(chunks: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  let stalled: ReturnType<typeof setTimeout> | undefined
  return new ReadableStream({
    async pull(controller) {
      clearTimeout(stalled)
      const next = await iterator.next()
      if (next.done) return controller.close()
      controller.enqueue(encoder.encode(next.value))
      stalled = setTimeout(() => {
        controller.error(new Error(`The client has read nothing for ${MAX_STALL} ms`))
        void iterator.return?.()
      }, MAX_STALL)
    },
    async cancel() {
      clearTimeout(stalled)
      await iterator.return?.()
    },
  })
}

export function fetchHandler(handle: Handle): (request: Request, peer?: Peer) => Promise<Response> {
  return async (request, peer = { address: '' }) => toResponse(await handle(fromRequest(request, peer)))
}
