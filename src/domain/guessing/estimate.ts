// The password estimator: the number of guesses as a power of two. It is the cheapest way to compose the password from words, dates,
// keyboard walks, sequences, repetitions and single characters. The idea is zxcvbn's (Wheeler, USENIX Security 2016); here the bits are
// added up, so that a phrase of very common words does not count as strong.

import { type Folded, fold, pickCharacters } from './fold.ts'
import { keyboardWalks } from './keyboard.ts'
import { dates, repetitions, sequences } from './patterns.ts'
import type { Token } from './token.ts'
import { LONGEST_WORD, PREFIX_LENGTH, type WordLookup, wordTokens } from './words.ts'

/** An attacker also has to guess the pieces and their order. */
const JOIN_BITS = 1
const CONTEXT_BITS = 1.5
const MIN_CONTEXT_WORD = 3

interface AllWords extends WordLookup {
  /** The length of the longest. */
  readonly longest: number
}

/**
 * @param password of bounded length: the time grows with its square
 * @param context words that an attacker tries first: the user's own name, the site's name
 * @param known the word list
 */
export function guessBits(password: string, context: readonly string[], known: WordLookup): number {
  const own = new Set(context.map((word) => fold(word).text).filter((word) => word.length >= MIN_CONTEXT_WORD))
  const beginnings = new Set([...own].map((word) => word.slice(0, PREFIX_LENGTH)))
  const words: AllWords = {
    bitsOf: (word) => (own.has(word) ? CONTEXT_BITS : known.bitsOf(word)),
    isPrefix: (four) => beginnings.has(four) || known.isPrefix(four),
    longest: Math.max(LONGEST_WORD, ...[...own].map((word) => word.length)),
  }
  const whole = fold(password)
  return Math.min(bitsInOrder(whole, words), bitsInterleaved(whole, words), bitsWithoutSigns(whole, words))
}

function bitsInOrder(folded: Folded, words: AllWords): number {
  const { text, capital } = folded
  const tokens = [
    ...wordTokens(folded, words, words.longest),
    ...repetitions(text),
    ...sequences(text),
    ...dates(text),
    ...keyboardWalks(text, capital),
  ]
  const from: Token[][] = Array.from({ length: text.length }, () => [])
  for (const token of tokens) from[token.start]?.push(token)
  const least = new Array<number>(text.length + 1).fill(Number.POSITIVE_INFINITY)
  least[0] = 0
  for (let start = 0; start < text.length; start += 1) {
    const before = least[start] ?? 0
    lower(least, start + 1, before + characterBits(folded, start))
    for (const { length, bits } of from[start] ?? []) lower(least, start + length, before + bits + (start === 0 ? 0 : JOIN_BITS))
  }
  return least[text.length] ?? 0
}

function lower(least: number[], end: number, bits: number): void {
  least[end] = Math.min(least[end] ?? Number.POSITIVE_INFINITY, bits)
}

/** `1q2w3e4r` and `p-a-s-s`: two easy passwords, interleaved. */
function bitsInterleaved(folded: Folded, words: AllWords): number {
  const indices = [...folded.text].map((_, index) => index)
  const halves = [0, 1].map((rest) =>
    pickCharacters(
      folded,
      indices.filter((index) => index % 2 === rest),
    ),
  )
  return halves.reduce((sum, half) => sum + bitsInOrder(half, words), 3)
}

const SIGN = /[^\p{L}\p{N}]/u

/** `pa.ss.wo.rd`: inserted signs. */
function bitsWithoutSigns(folded: Folded, words: AllWords): number {
  const indices = [...folded.text].map((_, index) => index)
  const kept = indices.filter((index) => !SIGN.test(folded.text.charAt(index)))
  const signs = indices.length - kept.length
  if (signs === 0 || kept.length === 0) return Number.POSITIVE_INFINITY
  return 3 + 2 * signs + bitsInOrder(pickCharacters(folded, kept), words)
}

const KINDS: readonly { readonly of: RegExp; readonly bits: number }[] = [
  { of: /\d/, bits: 3.3 },
  { of: /[a-z]/, bits: 4.2 },
  { of: /\p{Script=Han}|\p{Script=Hangul}/u, bits: 8 },
  { of: /\p{L}/u, bits: 4.5 },
]
const SIGN_BITS = 5
const REPEATED_SIGN_BITS = 1.5
const COMMON_LAST = /[1!.]/
/** A digit after letters, a letter after digits. */
const KIND_CHANGE_BITS = 1

function characterBits({ text, capital }: Folded, at: number): number {
  const unit = text.charAt(at)
  if (at === text.length - 1 && COMMON_LAST.test(unit)) return 1.5
  const kind = kindOf(unit)
  if (kind === undefined) return text.indexOf(unit) < at ? REPEATED_SIGN_BITS : SIGN_BITS
  return kind.bits + (capital[at] ? 1 : 0) + (at > 0 && kindOf(text.charAt(at - 1)) !== kind ? KIND_CHANGE_BITS : 0)
}

function kindOf(unit: string): (typeof KINDS)[number] | undefined {
  return KINDS.find(({ of }) => of.test(unit))
}
