// AuthHttpError: a refusal as an error that the host's framework can answer.

import type { AuthError, ErrorCode } from '../domain/errors.ts'
import { toResponse } from './fetch.ts'
import type { HttpResponse } from './message.ts'
import { PROBLEM_TYPE, problemHeaders, problemOf, STATUS } from './problem.ts'

/**
 * Thrown by the methods of AuthContext. Express and Koa answer with its `status` and `headers`, Fastify with its
 * `statusCode`, Hono with its `getResponse()`.
 */
export class AuthHttpError extends Error {
  override readonly name = 'AuthHttpError'
  readonly code: ErrorCode
  readonly status: number
  readonly statusCode: number
  /** Required by frameworks that follow http-errors: the message may be sent to the client. */
  readonly expose = true
  readonly headers: Readonly<Record<string, string>>
  /** The problem document (RFC 9457). */
  readonly problem: ReturnType<typeof problemOf>

  constructor(error: AuthError, publicUrl: string, cause?: unknown) {
    super(error.message, cause === undefined ? {} : { cause })
    this.code = error.code
    this.status = STATUS[error.code]
    this.statusCode = this.status
    this.headers = problemHeaders(error)
    this.problem = problemOf(error, publicUrl)
  }

  get response(): HttpResponse {
    const headers = { 'cache-control': 'no-store', 'content-type': PROBLEM_TYPE, ...this.headers }
    return { status: this.status, headers, cookies: [], body: JSON.stringify(this.problem) }
  }

  getResponse(): Response {
    return toResponse(this.response)
  }
}
