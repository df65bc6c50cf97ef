// Which passwords may be chosen (NIST SP 800-63B-4, ASVS V6.2): length, not composition; and none that guessers try first.

import type { ErrorCode } from './errors.ts'

export const MAX_CHARACTERS = 256
/** A billion guesses: what guessing at a hash of ours costs more than it is worth, and limits forbid elsewhere by far. */
export const SUFFICIENT_BITS = 30

/** What the platform found out about a candidate password. */
export interface PasswordStrength {
  /** How many guesses it takes, as a power of two. */
  readonly bits: number
  /** True for a common password, also in a usual disguise. */
  readonly common: boolean
}

/** The one form in which a password is hashed and verified: NFC and nothing else (ASVS V6.2.8). */
export function canonicalPassword(password: string): string {
  return password.normalize('NFC')
}

/** True when a password is too long to have been chosen, told before any work is spent on it. */
export function exceedsMaxLength(password: string): boolean {
  return password.length > 2 * MAX_CHARACTERS || [...password].length > MAX_CHARACTERS
}

/** More than any decomposition of the longest password takes. */
const MAX_DECOMPOSED_LENGTH = 8 * MAX_CHARACTERS

/**
 * The form of a password whose length counts: the one that is compared. What is too long in any form stays as it is, since
 * the time to normalise marks in disorder grows with the square of their number.
 */
export function normalizePassword(password: string): string {
  return password.length > MAX_DECOMPOSED_LENGTH ? password : canonicalPassword(password)
}

/** True for a password as typed that nobody can have: no work is spent on it, and it is no guess at anybody's. */
export function isTooLong(typed: string): boolean {
  return exceedsMaxLength(normalizePassword(typed))
}

/** Judges the length of a candidate, in characters (code points after NFC). */
export function checkLength(password: string, min: number): ErrorCode | undefined {
  if (exceedsMaxLength(password)) return 'password.too_long'
  if ([...password].length < min) return 'password.too_short'
  return undefined
}

export function checkStrength(strength: PasswordStrength): ErrorCode | undefined {
  if (strength.bits >= SUFFICIENT_BITS) return undefined
  return strength.common ? 'password.too_common' : 'password.too_weak'
}

/** Every way in which a password is not accepted. */
export const PASSWORD_REFUSALS: readonly ErrorCode[] = [
  'password.too_short',
  'password.too_long',
  'password.too_common',
  'password.too_weak',
]
