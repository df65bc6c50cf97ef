// Asking for a JSON document that is read to its end, within a time and a size: whatever the other side sends, no more is kept.

import { cancelBody } from './cancel-body.ts'

/** What came: the document, or why there is none. */
export type JsonResponse =
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly problem: 'too_large' | 'not_json' }

export interface JsonRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds until the last byte. */
  readonly timeoutMs: number
  /** Bytes, after decompression. */
  readonly maxBytes: number
}

/**
 * A redirect is an answer and is not followed: keys and sessions are where the issuer says that they are.
 *
 * @throws Error when the answer does not come in time, or the connection fails
 */
export async function fetchJson(fetch: typeof globalThis.fetch, { url, headers, timeoutMs, maxBytes }: JsonRequest): Promise<JsonResponse> {
  const signal = AbortSignal.timeout(timeoutMs)
  const timedOut = Promise.withResolvers<never>()
  const rejectTimedOut = () => timedOut.reject(new Error(`no whole answer within ${timeoutMs} ms`))
  signal.addEventListener('abort', rejectTimedOut)
  // A `fetch` that was given as an option need not look at the signal, and is waited for no longer either.
  const pending = fetch(url, { headers, signal, redirect: 'manual' })
  // Who comes too late is not listened to.
  timedOut.promise.catch(() => pending.then(({ body }) => cancelBody(body)).catch(() => {}))
  try {
    const response = await Promise.race([pending, timedOut.promise])
    const { status } = response
    if (Number(response.headers.get('content-length')) > maxBytes) {
      cancelBody(response.body)
      return { status, problem: 'too_large' }
    }
    const bytes = await readBounded(response.body, maxBytes, timedOut.promise)
    if (bytes === undefined) return { status, problem: 'too_large' }
    return parseJson(status, bytes)
  } finally {
    signal.removeEventListener('abort', rejectTimedOut)
  }
}

/** Undefined as soon as there is more than `limit`: then the rest is not read, and the connection let go. */
async function readBounded(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  timedOut: Promise<never>,
): Promise<readonly Uint8Array[] | undefined> {
  const chunks: Uint8Array[] = []
  const reader = body?.getReader()
  let size = 0
  let isComplete = reader === undefined
  try {
    while (reader !== undefined && !isComplete) {
      const { done, value } = await Promise.race([reader.read(), timedOut])
      if (done) isComplete = true
      else {
        size += value.byteLength
        if (size > maxBytes) return undefined
        chunks.push(value)
      }
    }
    return chunks
  } finally {
    if (!isComplete) reader?.cancel().catch(() => {})
  }
}

function parseJson(status: number, pieces: readonly Uint8Array[]): JsonResponse {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    const text = pieces.map((piece) => decoder.decode(piece, { stream: true })).join('') + decoder.decode()
    return { status, json: JSON.parse(text) }
  } catch {
    return { status, problem: 'not_json' }
  }
}
