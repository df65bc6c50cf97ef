// Expected errors: one class, a closed list of codes, and a constant message for each code.

const MESSAGES = {
  'request.malformed': 'The request could not be read.',
  'session.required': 'Sign in to continue.',
  'reauthentication.required': 'Sign in again to continue.',
  'token.invalid': 'The credential in the Authorization header is not valid.',
  'credentials.invalid': 'Incorrect username or password.',
  'proof.required': 'This request needs a proof of possession.',
  'origin.denied': 'Requests from this origin are not allowed.',
  'csrf.header_required': 'A cookie alone can only read: send the access token in the Authorization header.',
  'user.mismatch': 'The credential belongs to another user.',
  'role.required': 'This user does not have the required role.',
  'registration.closed': 'Registration is closed.',
  'resource.not_found': 'Not found.',
  'method.not_allowed': 'This path does not accept that method.',
  'username.taken': 'This username is taken.',
  'data.conflict': 'The data has changed since it was read: read it again.',
  'request.too_large': 'The request body is larger than 64 KiB.',
  'data.too_large': 'The data is larger than allowed.',
  'request.unsupported_type':
    'This path accepts uncompressed JSON in UTF-8, with the content type application/json or application/merge-patch+json.',
  'request.invalid': 'A value in the request is not valid.',
  'username.invalid':
    'Usernames have 2 to 64 letters, digits, dots, underscores and hyphens of one script, with a letter or a digit first and last.',
  'password.too_short': 'The password is too short.',
  'password.too_long': 'The password is longer than 256 characters.',
  'password.too_common': 'This password is too common: attackers try it first.',
  'password.too_weak': 'This password is easy to guess: make it longer or less predictable.',
  'rate.limited': 'Too many attempts: try again later.',
  'request.headers_too_large': 'The request headers are too large.',
  'server.busy': 'The server is busy: try again shortly.',
  'store.unavailable': 'The database is not available. Only changes that were confirmed are saved.',
} as const

export type ErrorCode = keyof typeof MESSAGES

export const ERROR_CODES = Object.keys(MESSAGES) as readonly ErrorCode[]

export interface ErrorDetail {
  /** The reason, as one word from a closed list. */
  readonly reason?: string
  /** The setting that would allow the rejected request. */
  readonly setting?: string
  /** The rejected request field or parameter. */
  readonly field?: string
  /** Whole seconds after which the same request may succeed. */
  readonly retryAfter?: number
  /** True when the request carried a remember-me login, so that `POST /access/token` may start a session. */
  readonly refreshable?: boolean
}

/**
 * An expected error. It is returned, not thrown, so it captures no stack: rejecting a bad credential is ordinary traffic and must stay
 * cheap.
 */
export class AuthError {
  readonly code: ErrorCode
  readonly detail: ErrorDetail

  constructor(code: ErrorCode, detail: ErrorDetail = {}) {
    this.code = code
    this.detail = detail
  }

  /** A constant English message; it never contains input. */
  get message(): string {
    return MESSAGES[this.code]
  }
}

/** The store is down, full, locked or damaged. Only stores throw it; code that catches it denies access. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}
