// Calls of Latchkey's own paths: JSON out, JSON in, a deadline, and a refusal as an error with the server's code.

import { invalidResponse, LatchkeyError, parseProblem, readJson, toNetworkError } from './problem.ts'

export interface ApiCallOptions {
  /** A value for the Authorization header. */
  readonly authorization?: string | undefined
  /** Sent as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** True for what nobody did: it does not keep a session alive. */
  readonly passive?: boolean | undefined
}

export type ApiCall = <T>(method: string, path: string, options?: ApiCallOptions) => Promise<T>

const MERGE_PATCH = 'application/merge-patch+json'

/**
 * @param url the address of Latchkey, without a slash at its end
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

/** True for a refusal that only a new sign-in helps against. */
export function isSignedOut(error: unknown): error is LatchkeyError {
  return error instanceof LatchkeyError && (error.code === 'session.required' || error.detail.reason === 'device')
}
