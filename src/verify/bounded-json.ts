// Fetches a JSON document within a time limit and a size limit, whatever the other side sends.

import { cancelBody } from './cancel-body.ts'

/** The document, or the reason that there is none. */
export type JsonResponse =
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly problem: 'too_large' | 'not_json' }

export interface JsonRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds until the last byte must have arrived. */
  readonly timeoutMs: number
  /** Bytes, after decompression. */
  readonly maxBytes: number
}

/**
 * Redirects are not followed: keys and sessions are read from the issuer's own URL only.
 *
 * @throws Error when the response does not arrive in time, or the connection fails
 */
export async function fetchJson(fetch: typeof globalThis.fetch, { url, headers, timeoutMs, maxBytes }: JsonRequest): Promise<JsonResponse> {
  const signal = AbortSignal.timeout(timeoutMs)
  const timedOut = Promise.withResolvers<never>()
  const rejectTimedOut = () => timedOut.reject(new Error(`no complete response within ${timeoutMs} ms`))
  signal.addEventListener('abort', rejectTimedOut)
  // A `fetch` passed as an option may ignore the signal: the time limit holds anyway.
  const pending = fetch(url, { headers, signal, redirect: 'manual' })
  // A late response is discarded.
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

/** Undefined as soon as the body exceeds `maxBytes`: the rest is not read and the connection is released. */
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

function parseJson(status: number, chunks: readonly Uint8Array[]): JsonResponse {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    const text = chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode()
    return { status, json: JSON.parse(text) }
  } catch {
    return { status, problem: 'not_json' }
  }
}
