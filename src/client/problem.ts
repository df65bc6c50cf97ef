// LatchkeyError: the one error class of the client, with the server's codes and three for network failures.

import type { ErrorCode } from '../domain/errors.ts'

/** `network.unreachable`: no response. `network.timeout`: none in time. `response.invalid`: a response that is not Latchkey's. */
export type NetworkCode = 'network.unreachable' | 'network.timeout' | 'response.invalid'

/** Extension members of the server's problem document (RFC 9457). */
export interface ProblemDetail {
  readonly reason?: string
  readonly setting?: string
  readonly field?: string
  readonly refreshable?: boolean
}

export class LatchkeyError extends Error {
  override readonly name = 'LatchkeyError'
  readonly code: ErrorCode | NetworkCode
  /** The HTTP status; 0 without a response. */
  readonly status: number
  readonly detail: ProblemDetail
  /** Whole seconds after which the same request may succeed. */
  readonly retryAfter: number | undefined

  constructor(
    code: ErrorCode | NetworkCode,
    message: string,
    { status = 0, detail = {}, retryAfter }: { status?: number; detail?: ProblemDetail; retryAfter?: number | undefined } = {},
  ) {
    super(message)
    this.code = code
    this.status = status
    this.detail = detail
    this.retryAfter = retryAfter
  }
}

interface Problem extends ProblemDetail {
  readonly code: ErrorCode
  readonly title: string
}

/** The error in a response whose status is not 2xx. */
export async function parseProblem(response: Response): Promise<LatchkeyError> {
  const problem = (await readJson(response)) as Partial<Problem> | undefined
  if (typeof problem?.code !== 'string') return invalidResponse(response.status)
  const { code, title = code, reason, setting, field, refreshable } = problem
  const detail = {
    ...(reason !== undefined && { reason }),
    ...(setting !== undefined && { setting }),
    ...(field !== undefined && { field }),
    ...(refreshable !== undefined && { refreshable }),
  }
  const after = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new LatchkeyError(code, title, { status: response.status, detail, retryAfter: after >= 0 ? after : undefined })
}

export function invalidResponse(status: number): LatchkeyError {
  return new LatchkeyError('response.invalid', 'The response is not one of Latchkey: check the URL, and any proxy in between.', { status })
}

/** @param error thrown by `fetch` */
export function toNetworkError(error: unknown): LatchkeyError {
  return (error as { readonly name?: string } | undefined)?.name === 'TimeoutError'
    ? new LatchkeyError('network.timeout', 'The server did not respond in time.')
    : new LatchkeyError('network.unreachable', 'The server cannot be reached.')
}

/** Undefined for a body that is not JSON. */
export async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return undefined
  }
}
