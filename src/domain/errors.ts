// What a caller can be told: one class, one closed list of codes, one constant sentence for each.

const SENTENCES = {
  'request.malformed': 'The request could not be read.',
  'session.required': 'Sign in to continue.',
  'session.not_fresh': 'Enter your password again to continue.',
  'token.invalid': 'The credential in the Authorization header is not valid.',
  'credentials.invalid': 'The user name or the password is not right.',
  'proof.required': 'This request needs a proof of possession.',
  'origin.denied': 'Requests from this origin are not allowed.',
  'header.required': 'A cookie alone may only read: send the token in the Authorization header.',
  'user.mismatch': 'The credential belongs to another user.',
  'role.required': 'Your roles do not allow this.',
  not_found: 'There is nothing here.',
  'method.not_allowed': 'This path does not take that method.',
  'username.taken': 'This user name is taken.',
  'data.conflict': 'The data was changed meanwhile: read it again.',
  'request.too_large': 'The request body is larger than 64 KiB.',
  'data.too_large': 'The data is larger than allowed.',
  'request.unsupported_type':
    'This path takes JSON in UTF-8, named by its content type (application/json, or application/merge-patch+json), not compressed.',
  'request.invalid': 'A value in the request is not accepted.',
  'username.invalid':
    'User names have 2 to 64 letters, digits, dots, underscores and hyphens of one script, with a letter or a digit first and last.',
  'password.too_short': 'The password is too short.',
  'password.too_long': 'The password is longer than 256 characters.',
  'password.too_common': 'This password is one of those tried first by everyone who guesses.',
  'password.too_weak': 'This password is easy to guess: make it longer or less predictable.',
  'rate.limited': 'Too many attempts: wait a little.',
  'request.headers_too_large': 'The request headers are too large.',
  busy: 'The server is busy: try again shortly.',
  'store.unavailable': 'The database does not answer: nothing was changed that was not confirmed.',
} as const

export type ErrorCode = keyof typeof SENTENCES

export const ERROR_CODES = Object.keys(SENTENCES) as readonly ErrorCode[]

export interface ErrorDetail {
  /** Why, in one word from a closed list. */
  readonly reason?: string
  /** The setting that would allow what was refused. */
  readonly setting?: string
  /** The request field or parameter that was refused. */
  readonly field?: string
  /** Whole seconds after which the same request may succeed. */
  readonly retryAfter?: number
  /** True where a remembered login was sent along that `POST /access/token` may turn into a session. */
  readonly restorable?: boolean
}

/**
 * An expected refusal. It is a value, returned and not thrown, so it captures no stack: refusing a bad credential is
 * ordinary traffic and must stay cheap.
 */
export class AuthError {
  readonly code: ErrorCode
  readonly detail: ErrorDetail

  constructor(code: ErrorCode, detail: ErrorDetail = {}) {
    this.code = code
    this.detail = detail
  }

  /** One constant English sentence; it never contains input. */
  get message(): string {
    return SENTENCES[this.code]
  }
}

/** The store is down, full, locked or damaged. Thrown by stores only; whoever catches it fails closed. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}
