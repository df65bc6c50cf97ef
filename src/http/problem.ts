// Refusals as HTTP responses: problem details (RFC 9457), with one status for each code.

import type { AuthError, ErrorCode } from '../domain/errors.ts'

export const STATUS: Readonly<Record<ErrorCode, number>> = {
  'request.malformed': 400,
  'session.required': 401,
  'reauthentication.required': 401,
  'token.invalid': 401,
  'credentials.invalid': 401,
  'proof.required': 401,
  'origin.denied': 403,
  'csrf.header_required': 403,
  'user.mismatch': 403,
  'role.required': 403,
  'registration.closed': 403,
  'resource.not_found': 404,
  'method.not_allowed': 405,
  'username.taken': 409,
  'data.conflict': 412,
  'request.too_large': 413,
  'data.too_large': 413,
  'request.unsupported_type': 415,
  'request.invalid': 422,
  'username.invalid': 422,
  'password.too_short': 422,
  'password.too_long': 422,
  'password.too_common': 422,
  'password.too_weak': 422,
  'rate.limited': 429,
  'request.headers_too_large': 431,
  'server.busy': 503,
  'store.unavailable': 503,
}

/** The HTTP status of a refusal. */
export function statusOf({ code }: Pick<AuthError, 'code'>): number {
  return STATUS[code]
}

/** True where the user can continue by signing in. */
export function needsSignIn({ code, detail }: AuthError): boolean {
  return code === 'session.required' || code === 'token.invalid' || (code === 'proof.required' && detail.reason === 'device')
}

export const PROBLEM_TYPE = 'application/problem+json'

/** The problem document: `type`, `title`, `status`, `code`, and the details that help the caller. */
export function problemOf(error: AuthError, publicUrl: string): Readonly<Record<string, string | number | boolean>> {
  const { reason, setting, field, refreshable } = error.detail
  return {
    type: `${publicUrl}/docs/errors#${error.code}`,
    title: error.message,
    status: STATUS[error.code],
    code: error.code,
    ...(reason === undefined ? {} : { reason }),
    ...(setting === undefined ? {} : { setting }),
    ...(field === undefined ? {} : { field }),
    ...(refreshable === undefined ? {} : { refreshable }),
  }
}

/** The headers of a refusal: how to authenticate (RFC 6750, 3), and when to retry. */
export function problemHeaders(error: AuthError): Readonly<Record<string, string>> {
  return {
    ...(STATUS[error.code] === 401 ? { 'www-authenticate': challengeOf(error) } : {}),
    ...(error.detail.retryAfter === undefined ? {} : { 'retry-after': String(error.detail.retryAfter) }),
  }
}

function challengeOf({ code, detail }: AuthError): string {
  if (code === 'token.invalid') return 'Bearer error="invalid_token"'
  if (code !== 'proof.required') return 'Bearer'
  if (detail.reason?.startsWith('device')) return 'Bearer'
  // RFC 9449, 7.1.
  return detail.reason === 'missing' ? 'DPoP algs="ES256"' : 'DPoP error="invalid_dpop_proof", algs="ES256"'
}
