// Rules for new usernames. Existing users are found by their key, whatever the rules were when they registered.

import { skeleton } from './confusables.ts'
import { isSingleScript } from './unicode-scripts.ts'
import { usernameKey } from './user.ts'

/** Why a username is not allowed. */
export type UsernameViolation = 'length' | 'characters' | 'ends' | 'scripts' | 'digits'

const MIN_LENGTH = 2
const MAX_LENGTH = 64

const ALLOWED = /^[\p{L}\p{M}\p{Nd}._-]*$/u
const ENDS = /^[\p{L}\p{Nd}](?:.*[\p{L}\p{Nd}]\p{M}*)?$/u
/** Marks belong to a letter, at most four of them, none twice (UTS 39, 5.4); a dot above is invisible on a letter that has one. */
const INVALID_MARKS = /\p{Me}|[\p{Nd}._-]\p{M}|\p{M}{5}|(\p{Mn})\1|\p{Soft_Dotted}\p{M}*\u0307/u
/** Non-ASCII letters and digits of no script (Script_Extensions=Common) look like quotes or lines. */
const NO_SCRIPT = /[[\p{L}\p{Nd}]&&\p{Script_Extensions=Common}]/v

/**
 * Why a new user may not have this username: it needs 2 to 64 letters, digits, `.`, `_` and `-` of one script, counted in NFKC, with a
 * letter or a digit first and last. Undefined when it is allowed. Pure: the store knows the names of deleted users.
 */
export function checkNewUsername(username: string): UsernameViolation | undefined {
  // Compatibility characters can expand many times over: bound the work first.
  if (username.length > 4 * MAX_LENGTH) return 'length'
  if (!username.isWellFormed()) return 'characters'
  const normal = username.normalize('NFKC')
  // Marks do not count towards the minimum length.
  const letters = normal.replace(/\p{M}/gu, '')
  if ([...letters].length < MIN_LENGTH || [...normal].length > MAX_LENGTH) return 'length'
  if (!ALLOWED.test(normal) || INVALID_MARKS.test(normal) || usernameKey(username) === undefined) return 'characters'
  if (!ENDS.test(normal)) return 'ends'
  const beyondAscii = normal.replace(/[0-9._-]/g, '')
  if (NO_SCRIPT.test(beyondAscii) || !isSingleScript(beyondAscii)) return 'scripts'
  return hasMixedDigits(normal) ? 'digits' : undefined
}

const DIGIT = /^\p{Nd}$/u

/** True when the text mixes digits of two decimal systems (UTS 39, 5.3): ٤ and ۴, 2 and २. */
function hasMixedDigits(text: string): boolean {
  const zeros = [...text].filter((character) => DIGIT.test(character)).map(zeroOf)
  return new Set(zeros).size > 1
}

/** The code point of the digit's zero: the ten digits of a system are consecutive (Unicode 4.6). */
function zeroOf(digit: string): number {
  const code = digit.codePointAt(0) ?? 0
  let first = code
  while (DIGIT.test(String.fromCodePoint(first - 1))) first -= 1
  return code - ((code - first) % 10)
}

const RESERVED = [
  ...['admin', 'administrator', 'root', 'system', 'support', 'security', 'abuse'],
  ...['postmaster', 'hostmaster', 'webmaster', 'noreply'],
]
const RESERVED_SKELETONS = new Set(RESERVED.map(skeleton))

/**
 * True for a username that users would take for the operator's: one of a short list, also with `.`, `_` and `-` and with look-alikes in
 * lower or upper case. Operators may assign such a username; it cannot be registered.
 */
export function isReservedUsername(username: string): boolean {
  const bare = username.normalize('NFKC').replace(/[._-]/g, '')
  return [bare, bare.toLowerCase(), bare.toUpperCase()].some((text) => RESERVED_SKELETONS.has(skeleton(text)))
}
