// What a host may ask of a route of its own. It can ask for more than the rule, never for less.

import { parseDuration } from '../domain/time.ts'
import { isRole } from '../domain/user.ts'
import type { AccessPolicy } from './authenticate-request.ts'

export interface GuardOptions {
  /**
   * `header`: a cookie does not do, not even to read. Without it a cookie may read, and never change. `key`: as `header`, and a token that
   * is bound to a key needs a proof of it (DPoP, RFC 9449).
   */
  readonly auth?: 'header-only' | 'dpop'
  /** How lately the password must have been typed in this session, such as `5m`; `true` for LATCHKEY_FRESH_AGE. */
  readonly fresh?: boolean | string
  /** A role that the user must have. */
  readonly role?: string
}

export interface RouteOptions extends GuardOptions {
  /** Lets in who has no credential, or one that is over. One that is bad, or that may not do this, is refused all the same. */
  readonly optional?: boolean
  /** Sends people who are not signed in to the sign-in page, and from there back. */
  readonly page?: boolean
}

/** Options as they were understood. */
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
 * @param defaultFreshFor what `fresh: true` stands for, in milliseconds
 * @throws TypeError naming the option and what is accepted: a guard that was meant otherwise must not stand open
 */
export function readGuardOptions(options: RouteOptions, defaultFreshFor: number): GuardPolicy {
  for (const [name, value] of Object.entries(options)) {
    const accepted = Object.hasOwn(ACCEPTED, name) ? ACCEPTED[name as keyof RouteOptions] : undefined
    if (accepted === undefined) throw new TypeError(`guard has no option "${name}". Its options: ${Object.keys(ACCEPTED).join(', ')}.`)
    if (value !== undefined && !accepted[0](value)) throw new TypeError(`guard: ${name} is ${shown(value)}. Accepted: ${accepted[1]}.`)
  }
  const { auth, fresh = false, role, optional = false, page = false } = options
  const contradicting = optional && (page ? 'page' : fresh ? 'fresh' : role === undefined ? undefined : 'role')
  if (contradicting) throw new TypeError(`guard: optional lets anybody in, and ${contradicting} does not. Choose one of them.`)
  const freshAge = typeof fresh === 'string' ? parseDuration(fresh) : fresh ? defaultFreshFor : undefined
  return { requiresHeader: auth !== undefined, requiresDpop: auth === 'dpop', freshAge, role, optional, page }
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value)
}
