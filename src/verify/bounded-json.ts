// Asking for a JSON document that is read to its end, within a time and a size: whatever the other side sends, no more is kept.

import { discard } from './discard.ts'

/** What came: the document, or why there is none. */
export type Answered =
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly problem: 'too_large' | 'not_json' }

export interface Question {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds until the last byte. */
  readonly patience: number
  /** Bytes, after decompression. */
  readonly limit: number
}

/**
 * A redirect is an answer and is not followed: keys and sessions are where the issuer says that they are.
 *
 * @throws Error when the answer does not come in time, or the connection fails
 */
export async function askForJson(fetch: typeof globalThis.fetch, { url, headers, patience, limit }: Question): Promise<Answered> {
  const signal = AbortSignal.timeout(patience)
  const overdue = Promise.withResolvers<never>()
  const give = () => overdue.reject(new Error(`no whole answer within ${patience} ms`))
  signal.addEventListener('abort', give)
  // A `fetch` that was given as an option need not look at the signal, and is waited for no longer either.
  const asked = fetch(url, { headers, signal, redirect: 'manual' })
  // Who comes too late is not listened to.
  overdue.promise.catch(() => asked.then(({ body }) => discard(body)).catch(() => {}))
  try {
    const response = await Promise.race([asked, overdue.promise])
    const { status } = response
    if (Number(response.headers.get('content-length')) > limit) {
      discard(response.body)
      return { status, problem: 'too_large' }
    }
    const bytes = await readBounded(response.body, limit, overdue.promise)
    if (bytes === undefined) return { status, problem: 'too_large' }
    return parsed(status, bytes)
  } finally {
    signal.removeEventListener('abort', give)
  }
}

/** Undefined as soon as there is more than `limit`: then the rest is not read, and the connection let go. */
async function readBounded(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
  overdue: Promise<never>,
): Promise<readonly Uint8Array[] | undefined> {
  const pieces: Uint8Array[] = []
  const reader = body?.getReader()
  let size = 0
  let isWhole = reader === undefined
  try {
    while (reader !== undefined && !isWhole) {
      const { done, value } = await Promise.race([reader.read(), overdue])
      if (done) isWhole = true
      else {
        size += value.byteLength
        if (size > limit) return undefined
        pieces.push(value)
      }
    }
    return pieces
  } finally {
    if (!isWhole) reader?.cancel().catch(() => {})
  }
}

function parsed(status: number, pieces: readonly Uint8Array[]): Answered {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    const text = pieces.map((piece) => decoder.decode(piece, { stream: true })).join('') + decoder.decode()
    return { status, json: JSON.parse(text) }
  } catch {
    return { status, problem: 'not_json' }
  }
}
