// The options of a guard. They can require more than the default, never less.

import { parseDuration } from '../domain/time.ts'
import { isRole } from '../domain/user.ts'
import type { AccessPolicy } from './authenticate-request.ts'

export interface GuardOptions {
  /**
   * `header-only`: the credential must be in a header, even to read. By default a cookie may read, but never change. `dpop`: as `header-only`,
   * and a DPoP-bound token needs its proof (RFC 9449).
   */
  readonly auth?: 'header-only' | 'dpop'
  /** The longest time since the password sign-in of this session, such as `5m`; `true` for LATCHKEY_FRESH_AGE. */
  readonly fresh?: boolean | string
  /** A role that the user must have. */
  readonly role?: string
}

export interface RouteOptions extends GuardOptions {
  /** Accepts requests with no credential, or with one that expired or was revoked. A malformed or insufficient one is still refused. */
  readonly optional?: boolean
  /** Redirects browsers that are not signed in to the sign-in page, and from there back. */
  readonly page?: boolean
}

/** The options, validated. */
export interface GuardPolicy extends AccessPolicy {
  readonly requiresHeader: boolean
  readonly requiresDpop: boolean
  readonly optional: boolean
  readonly page: boolean
}

const ACCEPTED: Readonly<Record<keyof RouteOptions, readonly [accepts: (value: unknown) => boolean, accepted: string]>> = {
  auth: [(value) => value === 'header-only' || value === 'dpop', "'header-only' or 'dpop'"],
  fresh: [
    (value) => typeof value === 'boolean' || (typeof value === 'string' && parseDuration(value) !== undefined),
    "true, or a duration such as '5m'",
  ],
  role: [(value) => typeof value === 'string' && isRole(value), 'a lower-case letter, then letters, digits, _ or -'],
  optional: [(value) => typeof value === 'boolean', 'true or false'],
  page: [(value) => typeof value === 'boolean', 'true or false'],
}

/**
 * @param defaultFreshAge the value of `fresh: true`, in milliseconds
 * @throws TypeError naming the option and what is accepted: a misspelled option must not leave the route open
 */
export function readGuardOptions(options: RouteOptions, defaultFreshAge: number): GuardPolicy {
  for (const [name, value] of Object.entries(options)) {
    const accepted = Object.hasOwn(ACCEPTED, name) ? ACCEPTED[name as keyof RouteOptions] : undefined
    if (accepted === undefined) throw new TypeError(`guard has no option "${name}". Its options: ${Object.keys(ACCEPTED).join(', ')}.`)
    if (value !== undefined && !accepted[0](value)) throw new TypeError(`guard: ${name} is ${shown(value)}. Accepted: ${accepted[1]}.`)
  }
  const { auth, fresh = false, role, optional = false, page = false } = options
  const contradicting = optional && (page ? 'page' : fresh ? 'fresh' : role === undefined ? undefined : 'role')
  if (contradicting)
    throw new TypeError(`guard: optional admits requests without a user, but ${contradicting} requires one. Remove one of them.`)
  const freshAge = typeof fresh === 'string' ? parseDuration(fresh) : fresh ? defaultFreshAge : undefined
  return { requiresHeader: auth !== undefined, requiresDpop: auth === 'dpop', freshAge, role, optional, page }
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value)
}
