// Users and their names. Names are of any script, shown as typed, and compared by their folded form.

import type { RecentNetwork } from './recent-networks.ts'

export interface UserRecord {
  /** Opaque, `usr_…`: what tokens and links carry instead of the name. */
  readonly id: string
  /** As typed. */
  readonly username: string
  /** What makes two names the same user; unique in a store. */
  readonly usernameKey: string
  readonly email: string | null
  /** A PHC string; after an import the hash of other software, until the next sign-in; null for a user without a password. */
  readonly passwordHash: string | null
  readonly roles: readonly string[]
  readonly disabled: boolean
  readonly createdAt: number
  /** Where the user signed in lately, by digests; absent in records from before these were kept. */
  readonly recentNetworks?: readonly RecentNetwork[]
  readonly version: number
}

/** A user as hosts get to see them: without the hash, and without the key by which names are compared. */
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

/** Names what is public, so that a field that is added to the record stays where it is. */
export function publicUser({ id, username, email, roles, disabled, createdAt }: UserRecord): User {
  return { id, username, email, roles, disabled, createdAt }
}

const ALLOWED = /^[\p{L}\p{Nd}._-][\p{L}\p{M}\p{Nd}._-]*$/u
/** Characters that are not seen: two names that differ only by one look the same. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/u
const MIN_LENGTH = 2
const MAX_LENGTH = 64

/**
 * The key by which names are compared, and users found: NFKC, then case-folded (Unicode 3.13, by way of lower and upper case, which
 * also unites ẞ and ß with ss, and final with medial sigma). Undefined for what no user can be called. It takes names that a new user
 * may not have: those made under an older rule, and imported ones, still sign in.
 */
export function usernameKey(username: string): string | undefined {
  // Compatibility forms can be many times shorter than what they stand for: bound the work before doing it.
  if (username.length > 4 * MAX_LENGTH || !username.isWellFormed()) return undefined
  const normal = username.normalize('NFKC')
  const length = [...normal].length
  if (length < MIN_LENGTH || length > MAX_LENGTH || !ALLOWED.test(normal) || UNSEEN.test(normal)) return undefined
  return normal.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC')
}

export const ROLE = /^[a-z][a-z0-9_-]{0,31}$/

/** True for a role's name: a lower-case letter, then at most 31 of `a-z 0-9 _ -`. */
export function isRole(text: string): boolean {
  return ROLE.test(text)
}
