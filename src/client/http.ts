// Calls to Latchkey's API: JSON in and out, a timeout, and errors with the server's code.

import { invalidResponse, LatchkeyError, parseProblem, readJson, toNetworkError } from './problem.ts'

export interface ApiCallOptions {
  /** A value for the Authorization header. */
  readonly authorization?: string | undefined
  /** Sent as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** True for background requests: they do not extend the session. */
  readonly passive?: boolean | undefined
}

export type ApiCall = <T>(method: string, path: string, options?: ApiCallOptions) => Promise<T>

const MERGE_PATCH = 'application/merge-patch+json'

/**
 * @param url the URL of Latchkey, without a trailing slash
 * @param timeout milliseconds
 */
export function createApiCall(url: string, timeout: number, send: typeof fetch): ApiCall {
  return async <T>(method: string, path: string, { authorization, body, headers, passive }: ApiCallOptions = {}) => {
    const response = await send(url + path, {
      method,
      credentials: 'include',
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(timeout),
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(body !== undefined && { 'content-type': method === 'PATCH' ? MERGE_PATCH : 'application/json' }),
        ...(passive && { 'x-latchkey-passive': '1' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((fault: unknown) => {
      throw toNetworkError(fault)
    })
    if (!response.ok) throw await parseProblem(response)
    if (response.status === 204) return undefined as T
    const value = await readJson(response)
    if (typeof value !== 'object' || value === null) throw invalidResponse(response.status)
    return value as T
  }
}

/** True for an error that only a new sign-in resolves. */
export function isSignedOut(error: unknown): error is LatchkeyError {
  return error instanceof LatchkeyError && (error.code === 'session.required' || error.detail.reason === 'device')
}
