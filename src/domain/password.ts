// Password rules (NIST SP 800-63B-4, ASVS V6.2): length instead of composition, and no password that attackers try first.

import type { ErrorCode } from './errors.ts'

export const MAX_CHARACTERS = 256
/** A billion guesses: too expensive against one of our hashes, and far beyond the rate limits online. */
export const SUFFICIENT_BITS = 30

/** The estimate of a candidate password. */
export interface PasswordStrength {
  /** The number of guesses, as a power of two. */
  readonly bits: number
  /** True for a common password, also with the usual substitutions. */
  readonly common: boolean
}

/** The form in which passwords are hashed and verified: NFC and nothing else (ASVS V6.2.8). */
export function canonicalPassword(password: string): string {
  return password.normalize('NFC')
}

/** True when a password is too long to have been chosen; costs almost nothing. */
export function exceedsMaxLength(password: string): boolean {
  return password.length > 2 * MAX_CHARACTERS || [...password].length > MAX_CHARACTERS
}

/** Longer than any decomposition of the longest password. */
const MAX_DECOMPOSED_LENGTH = 8 * MAX_CHARACTERS

/**
 * The form of a password whose length is checked: the canonical one. Text that is too long in any form stays unchanged, because the time to
 * normalise unordered marks grows with the square of their number.
 */
export function normalizePassword(password: string): string {
  return password.length > MAX_DECOMPOSED_LENGTH ? password : canonicalPassword(password)
}

/** True for an entered password that no user can have: it is not hashed and does not count as an attempt. */
export function isTooLong(typed: string): boolean {
  return exceedsMaxLength(normalizePassword(typed))
}

/** Checks the length of a candidate in characters (code points after NFC). */
export function checkLength(password: string, min: number): ErrorCode | undefined {
  if (exceedsMaxLength(password)) return 'password.too_long'
  if ([...password].length < min) return 'password.too_short'
  return undefined
}

export function checkStrength(strength: PasswordStrength): ErrorCode | undefined {
  if (strength.bits >= SUFFICIENT_BITS) return undefined
  return strength.common ? 'password.too_common' : 'password.too_weak'
}

/** Every reason for which a password is rejected. */
export const PASSWORD_REFUSALS: readonly ErrorCode[] = [
  'password.too_short',
  'password.too_long',
  'password.too_common',
  'password.too_weak',
]
