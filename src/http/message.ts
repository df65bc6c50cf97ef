// HttpRequest and HttpResponse: the minimal request and response of this layer, which every server can provide without copying.

export interface HttpRequest {
  readonly method: string
  /** The path as received, still percent-encoded, without query and fragment. */
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  /** By lower-case name; null when absent. Repeated headers are joined: cookies by `; `, others by `, `. */
  header(name: string): string | null
  /** The client's address, as trusted proxies report it. */
  readonly address: string
  /** The address at the other end of the connection. */
  readonly peer: string
  /** The host's own request object; the same object for every guard of one request. */
  readonly hostRequest?: object
  /**
   * Aborted when the client closes its connection. Created on demand, since most requests never use it. Undefined or absent
   * where the host does not provide it.
   */
  signal?(): AbortSignal | undefined
  /** The whole body; `taken` when the host has already read it, undefined when it has more than `limit` bytes. */
  body(limit: number): Promise<Uint8Array | 'taken' | undefined>
}

export type Body = string | Uint8Array<ArrayBuffer> | AsyncIterable<string>

export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Values of Set-Cookie, one header for each. */
  readonly cookies: readonly string[]
  /** A streaming body is pulled at the client's pace, and ended when the client disconnects. */
  readonly body: Body | null
}

export function isStreaming(body: Body | null): body is AsyncIterable<string> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}
