// Users and usernames. Usernames may be of any script, are shown as entered, and are compared by their folded form.

import type { RecentNetwork } from './recent-networks.ts'

export interface UserRecord {
  /** Opaque, `usr_…`: tokens and links carry it instead of the username. */
  readonly id: string
  /** As typed. */
  readonly username: string
  /** The folded username, unique in a store. */
  readonly usernameKey: string
  readonly email: string | null
  /** A PHC string; after an import a legacy hash until the next sign-in; null for a user without a password. */
  readonly passwordHash: string | null
  readonly roles: readonly string[]
  readonly disabled: boolean
  readonly createdAt: number
  /** The networks of recent sign-ins, as digests; absent in records from before these were stored. */
  readonly recentNetworks?: readonly RecentNetwork[]
  readonly version: number
}

/** A user without the password hash and the username key, for hosts. */
export interface User {
  /** Opaque, `usr_…`. */
  readonly id: string
  /** As typed. */
  readonly username: string
  readonly email: string | null
  readonly roles: readonly string[]
  readonly disabled: boolean
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** Lists the public fields, so that a field added to the record does not become public by accident. */
export function publicUser({ id, username, email, roles, disabled, createdAt }: UserRecord): User {
  return { id, username, email, roles, disabled, createdAt }
}

const ALLOWED = /^[\p{L}\p{Nd}._-][\p{L}\p{M}\p{Nd}._-]*$/u
/** Invisible characters: two names that differ only by one look the same. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/u
const MIN_LENGTH = 2
const MAX_LENGTH = 64

/**
 * The key by which usernames are compared and users found: NFKC, then case-folded (Unicode 3.13, through lower and upper case, which also
 * unites ẞ and ß with ss, and final with medial sigma). Undefined for text that cannot be a username. It accepts names that a new user may
 * not have: older and imported users still sign in.
 */
export function usernameKey(username: string): string | undefined {
  // Compatibility characters can expand many times over: bound the work first.
  if (username.length > 4 * MAX_LENGTH || !username.isWellFormed()) return undefined
  const normal = username.normalize('NFKC')
  const length = [...normal].length
  if (length < MIN_LENGTH || length > MAX_LENGTH || !ALLOWED.test(normal) || UNSEEN.test(normal)) return undefined
  return normal.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC')
}

export const ROLE = /^[a-z][a-z0-9_-]{0,31}$/

/** True for a role name: a lower-case letter, then at most 31 of `a-z 0-9 _ -`. */
export function isRole(text: string): boolean {
  return ROLE.test(text)
}
