// Finds dictionary words in a password: plain, capitalised, in leetspeak, reversed, or with confusable characters.

import type { Folded } from './fold.ts'
import type { Token } from './token.ts'

/** Looks up words in lower case. */
export interface WordLookup {
  /** The number of guesses for a word, as a power of two; undefined for an unknown word. */
  readonly bitsOf: (word: string) => number | undefined
  /** False when no known word begins with these four letters, so that longer ones can be skipped. */
  readonly isPrefix: (four: string) => boolean
}

/** Letters that decide whether a word can begin like this. */
export const PREFIX_LENGTH = 4
/** The length of the longest word in the packed list. */
export const LONGEST_WORD = 32
/** Substitutes for letters, in two readings: a character that stands for two letters has the other one in the second table. */
const LEET_SIGNS = {
  '@': 'a',
  '^': 'a',
  '(': 'c',
  '<': 'c',
  '{': 'c',
  '€': 'e',
  '#': 'h',
  '!': 'i',
  '|': 'i',
  '£': 'l',
  $: 's',
  '§': 's',
  '+': 't',
  '¥': 'y',
}
const LEET_TABLES: readonly Readonly<Record<string, string>>[] = [
  { ...LEET_SIGNS, '4': 'a', '8': 'b', '3': 'e', '6': 'g', '9': 'g', '1': 'i', '0': 'o', '*': 'o', '5': 's', '7': 't', '2': 'z', '%': 'x' },
  {
    ...LEET_SIGNS,
    '@': 'o',
    '4': 'h',
    '8': 'b',
    '3': 'e',
    '6': 'b',
    '9': 'q',
    '1': 'l',
    '!': 'l',
    '|': 'l',
    '0': 'o',
    '5': 's',
    '7': 'l',
    '2': 's',
    '*': 'a',
  },
  { ...LEET_SIGNS, '0': 'o' },
  LEET_SIGNS,
]
const LEET_BITS = 1.5
const REVERSED_BITS = 1.5
const LOOK_ALIKE_BITS = 1.5

/** @param longest the length of the longest word to look for */
export function wordTokens(folded: Folded, words: WordLookup, longest: number): readonly Token[] {
  const { text } = folded
  const tokens: Token[] = []
  const found = (start: number, length: number, bits: number) =>
    tokens.push({ start, length, bits: bits + styleBits(folded, start, start + length) })
  for (const [start, length, bits] of lookUp(text, words, longest)) found(start, length, bits)
  for (const read of leetReadings(text))
    for (const [start, length, bits] of lookUp(read, words, longest)) found(start, length, bits + LEET_BITS)
  for (const [start, length, bits] of lookUp([...text].reverse().join(''), words, longest))
    if (length > 3) found(text.length - start - length, length, bits + REVERSED_BITS)
  return tokens
}

function* lookUp(
  text: string,
  { bitsOf, isPrefix }: WordLookup,
  longest: number,
): Generator<readonly [start: number, length: number, bits: number]> {
  for (let start = 0; start < text.length; start += 1) {
    const most = isPrefix(text.slice(start, start + PREFIX_LENGTH)) ? longest : PREFIX_LENGTH
    for (let length = 1; length <= most && start + length <= text.length; length += 1) {
      const bits = bitsOf(text.slice(start, start + length))
      if (bits !== undefined) yield [start, length, bits]
    }
  }
}

/** The text with its digits and signs replaced by letters; empty when nothing changes. */
export function leetReadings(text: string): readonly string[] {
  return LEET_TABLES.map((reading) => [...text].map((unit) => reading[unit] ?? unit).join('')).filter((read) => read !== text)
}

/** The bits that capitals and look-alikes add. A capital at the start, at the end or everywhere is the usual habit. */
export function styleBits({ capital, disguised }: Folded, start: number, end: number): number {
  let capitals = 0
  let changes = 0
  let isDisguised = false
  for (let index = start; index < end; index += 1) {
    if (capital[index]) capitals += 1
    if (index > start && capital[index] !== capital[index - 1]) changes += 1
    if (disguised[index]) isDisguised = true
  }
  const length = end - start
  const few = Math.min(capitals, length - capitals)
  const usual = capitals === length || (capitals === 1 && (capital[start] || capital[end - 1]))
  const caseBits = capitals === 0 ? 0 : usual ? 1 : 1 + Math.min(choicesBits(length, few), choicesBits(length - 1, changes))
  return caseBits + (isDisguised ? LOOK_ALIKE_BITS : 0)
}

/** The number of ways to choose at most `few` of `length`, as a power of two. */
function choicesBits(length: number, few: number): number {
  let ways = 0
  let exactly = 1
  for (let chosen = 1; chosen <= few; chosen += 1) {
    exactly = (exactly * (length - chosen + 1)) / chosen
    ways += exactly
  }
  return ways === 0 ? 0 : Math.log2(ways)
}
