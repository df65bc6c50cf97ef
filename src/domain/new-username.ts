// Which names a new user may have. Names that exist already are found by their key, whatever the rule was when they were made.

import { skeleton } from './confusables.ts'
import { isSingleScript } from './scripts.ts'
import { usernameKey } from './user.ts'

/** Why a name is not allowed. */
export type UsernameViolation = 'length' | 'characters' | 'ends' | 'scripts' | 'digits'

const MIN_LENGTH = 2
const MAX_LENGTH = 64

const ALLOWED = /^[\p{L}\p{M}\p{Nd}._-]*$/u
const ENDS = /^[\p{L}\p{Nd}](?:.*[\p{L}\p{Nd}]\p{M}*)?$/u
/** Marks belong to a letter, at most four of them, none twice (UTS 39, 5.4); a dot above is not seen where a letter has one. */
const INVALID_MARKS = /\p{Me}|[\p{Nd}._-]\p{M}|\p{M}{5}|(\p{Mn})\1|\p{Soft_Dotted}\p{M}*\u0307/u
/** A text has letters and digits of a script; what all scripts share and what is not ASCII looks like a quote or a line. */
const NO_SCRIPT = /[[\p{L}\p{Nd}]&&\p{Script_Extensions=Common}]/v

/**
 * Why a new user may not have this name: it has 2 to 64 letters, digits, `.`, `_` and `-` of one script, counted in NFKC, and a letter
 * or a digit first and last. Undefined when it may. Pure; names of deleted users are the store's to know.
 */
export function checkNewUsername(username: string): UsernameViolation | undefined {
  // Compatibility forms can be many times shorter than what they stand for: bound the work before doing it.
  if (username.length > 4 * MAX_LENGTH) return 'length'
  if (!username.isWellFormed()) return 'characters'
  const normal = username.normalize('NFKC')
  // A mark alone makes no name longer.
  const letters = normal.replace(/\p{M}/gu, '')
  if ([...letters].length < MIN_LENGTH || [...normal].length > MAX_LENGTH) return 'length'
  if (!ALLOWED.test(normal) || INVALID_MARKS.test(normal) || usernameKey(username) === undefined) return 'characters'
  if (!ENDS.test(normal)) return 'ends'
  const beyondAscii = normal.replace(/[0-9._-]/g, '')
  if (NO_SCRIPT.test(beyondAscii) || !isSingleScript(beyondAscii)) return 'scripts'
  return hasMixedDigits(normal) ? 'digits' : undefined
}

const DIGIT = /^\p{Nd}$/u

/** True where digits of two decimal systems stand in one text (UTS 39, 5.3): ٤ and ۴, 2 and २. */
function hasMixedDigits(text: string): boolean {
  const zeros = [...text].filter((character) => DIGIT.test(character)).map(zeroOf)
  return new Set(zeros).size > 1
}

/** The code point of the zero that a digit counts from: the ten digits of a system are consecutive (Unicode 4.6). */
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
 * True for a name that people would take for the operator's: one of a short list, however it is written with `.`, `_` and `-`, and what
 * looks like it in lower or in upper case. Operators may give such a name; nobody takes it by registering.
 */
export function isReservedUsername(username: string): boolean {
  const bare = username.normalize('NFKC').replace(/[._-]/g, '')
  return [bare, bare.toLowerCase(), bare.toUpperCase()].some((text) => RESERVED_SKELETONS.has(skeleton(text)))
}
