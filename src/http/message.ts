// A request and an answer, as little as this storey needs of them, so that any server can bring them without copying.

export interface HttpRequest {
  readonly method: string
  /** The path as it came, still percent-encoded, without query and fragment. */
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  /** By lower-case name; null when absent. One that came several times is joined: cookies by `; `, others by `, `. */
  header(name: string): string | null
  /** The client's address, as far as trusted proxies tell. */
  readonly address: string
  /** The address at the other end of the connection. */
  readonly peer: string
  /** The host's own object for it, the same however often it is asked about. */
  readonly hostRequest?: object
  /**
   * Aborted when the client closes its connection. Made when it is asked for: most requests are answered without. Undefined, and absent,
   * where the host does not say.
   */
  signal?(): AbortSignal | undefined
  /** The whole body; `taken` when the host has read it already, undefined when it has more than `limit` bytes. */
  body(limit: number): Promise<Uint8Array | 'taken' | undefined>
}

export type Body = string | Uint8Array<ArrayBuffer> | AsyncIterable<string>

export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Values of Set-Cookie, each a header of its own. */
  readonly cookies: readonly string[]
  /** One that comes piece by piece is taken at the pace of its reader, and returned when the reader goes away. */
  readonly body: Body | null
}

export function isStreaming(body: Body | null): body is AsyncIterable<string> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}
