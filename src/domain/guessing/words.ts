// Words in a password: plain, with capitals, with digits and signs for letters, backwards, in disguise.

import type { Folded } from './folded.ts'
import type { Token } from './token.ts'

/** How many guesses a word in small letters takes, as a power of two; undefined where it is not known. */
export type BitsOf = (word: string) => number | undefined

/** The length of the longest word in the packed list. */
export const LONGEST_KNOWN = 32
/** What stands for letters, in two readings: where a character stands for two letters, the second has the other. */
const SIGNS = {
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
const READINGS: readonly Readonly<Record<string, string>>[] = [
  { ...SIGNS, '4': 'a', '8': 'b', '3': 'e', '6': 'g', '9': 'g', '1': 'i', '0': 'o', '*': 'o', '5': 's', '7': 't', '2': 'z', '%': 'x' },
  {
    ...SIGNS,
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
  { ...SIGNS, '0': 'o' },
  SIGNS,
]
const READ_AS_LETTERS = 1.5
const BACKWARDS = 1.5
const DISGUISED = 1.5

/** @param longest the length of the longest word that is looked for */
export function wordTokens(folded: Folded, bitsOf: BitsOf, longest: number): readonly Token[] {
  const { text } = folded
  const readings = readingsOf(text)
  const firstRead = firstReadFrom(text, readings)
  const backwards = [...text].reverse().join('')
  const tokens: Token[] = []
  for (let start = 0; start < text.length; start += 1)
    for (let length = 1; length <= longest && start + length <= text.length; length += 1) {
      const end = start + length
      let bits = bitsOf(text.slice(start, end)) ?? Number.POSITIVE_INFINITY
      // Where nothing is read differently, the slice has been looked up already.
      for (const read of readings)
        if ((firstRead[start] ?? end) < end)
          bits = Math.min(bits, (bitsOf(read.slice(start, end)) ?? Number.POSITIVE_INFINITY) + READ_AS_LETTERS)
      if (length > 3) {
        const turned = backwards.slice(text.length - end, text.length - start)
        bits = Math.min(bits, (bitsOf(turned) ?? Number.POSITIVE_INFINITY) + BACKWARDS)
      }
      if (bits !== Number.POSITIVE_INFINITY) tokens.push({ start, length, bits: bits + styleBits(folded, start, end) })
    }
  return tokens
}

/** The text with the letters that its digits and signs may stand for; empty where none do. */
export function readingsOf(text: string): readonly string[] {
  return READINGS.map((reading) => [...text].map((unit) => reading[unit] ?? unit).join('')).filter((read) => read !== text)
}

/** For each index, where the next character is that can be read as a letter. */
function firstReadFrom(text: string, readings: readonly string[]): readonly number[] {
  const first: number[] = []
  let next = text.length
  for (let index = text.length - 1; index >= 0; index -= 1) {
    if (readings.some((read) => read[index] !== text[index])) next = index
    first[index] = next
  }
  return first
}

/** What capitals and look-alikes add. One at the start, at the end or everywhere is what everybody does. */
export function styleBits({ capital, disguised }: Folded, start: number, end: number): number {
  let capitals = 0
  let isDisguised = false
  for (let index = start; index < end; index += 1) {
    if (capital[index]) capitals += 1
    if (disguised[index]) isDisguised = true
  }
  const length = end - start
  const few = Math.min(capitals, length - capitals)
  const usual = capitals === length || (capitals === 1 && (capital[start] || capital[end - 1]))
  const caseBits = capitals === 0 ? 0 : usual ? 1 : 1 + choicesBits(length, few)
  return caseBits + (isDisguised ? DISGUISED : 0)
}

/** In how many ways at most `few` of `length` can be chosen, as a power of two. */
function choicesBits(length: number, few: number): number {
  let ways = 0
  let exactly = 1
  for (let chosen = 1; chosen <= few; chosen += 1) {
    exactly = (exactly * (length - chosen + 1)) / chosen
    ways += exactly
  }
  return ways === 0 ? 0 : Math.log2(ways)
}
