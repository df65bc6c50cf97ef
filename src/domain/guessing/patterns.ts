// Predictable patterns: repetitions, sequences, dates.

import type { Token } from './token.ts'

/** Pieces that repeat an earlier piece. */
export function repetitions(text: string): readonly Token[] {
  const tokens: Token[] = []
  for (let start = 1; start < text.length; start += 1) {
    for (let distance = 1; distance <= start; distance += 1) {
      const longest = countWhile((index) => start + index < text.length && text[start + index] === text[start + index - distance])
      for (let length = distance; length <= longest; length += distance)
        tokens.push({ start, length, bits: 1.5 + Math.log2(distance) / 2 + Math.log2(1 + length / distance) })
      // Two characters that occurred together before are a coincidence.
      if (longest > 2 && longest % distance > 0)
        tokens.push({ start, length: longest, bits: 2.5 + Math.log2(start) + Math.log2(longest) / 2 })
    }
    const mirrored = countWhile((index) => index < start && start + index < text.length && text[start + index] === text[start - 1 - index])
    if (mirrored > 2) tokens.push({ start, length: mirrored, bits: 2.5 + Math.log2(mirrored) })
  }
  return tokens
}

function countWhile(holds: (index: number) => boolean): number {
  let count = 0
  while (holds(count)) count += 1
  return count
}

const STEPS = [1, -1, 2, -2]
const SEQUENCE_START = /[a1z90]/

/** Alphabetic and numeric sequences, up and down, in steps of one or two. */
export function sequences(text: string): readonly Token[] {
  const tokens: Token[] = []
  for (let start = 0; start < text.length - 2; start += 1)
    for (const step of STEPS) {
      let length = 1
      while (start + length < text.length && follows(text.charCodeAt(start + length - 1), text.charCodeAt(start + length), step)) {
        length += 1
        const begin = SEQUENCE_START.test(text.charAt(start)) ? 1.5 : 3.5
        if (length > 2) tokens.push({ start, length, bits: begin + Math.abs(step) + Math.log2(length) / 2 })
      }
    }
  return tokens
}

const ZERO = 48
const NINE = 57

function follows(before: number, after: number, step: number): boolean {
  if (after - before === step) return before > ZERO - 1
  return (step === 1 && before === NINE && after === ZERO) || (step === -1 && before === ZERO && after === NINE)
}

const YEAR = '(?:19|20)\\d\\d'
const MONTH = '(?:0[1-9]|1[0-2])'
const DAY = '(?:0[1-9]|[12]\\d|3[01])'
const SEPARATOR = '([-./ _]?)'
const DAY_BITS = 8.5
const YEAR_BITS = 6
const DATE_PATTERNS: readonly (readonly [form: RegExp, bits: number])[] = [
  [/(?:19[5-9]|20[0-3])\d/y, YEAR_BITS],
  [/(?:1[5-9]|20)\d\d/y, 7.5],
  [new RegExp(`${YEAR}${SEPARATOR}${MONTH}\\1${DAY}`, 'y'), DAY_BITS + YEAR_BITS],
  [new RegExp(`(?:${DAY}${SEPARATOR}${MONTH}|${MONTH}${SEPARATOR}${DAY})[-./ _]?${YEAR}`, 'y'), 1 + DAY_BITS + YEAR_BITS],
  [
    new RegExp(`\\d\\d${SEPARATOR}${MONTH}\\1${DAY}|(?:${DAY}${SEPARATOR}${MONTH}|${MONTH}${SEPARATOR}${DAY})[-./ _]?\\d\\d`, 'y'),
    2 + DAY_BITS + YEAR_BITS,
  ],
  [new RegExp(`${DAY}${SEPARATOR}${MONTH}|${MONTH}${SEPARATOR}${DAY}`, 'y'), 1.5 + DAY_BITS],
  [new RegExp(`${YEAR}${SEPARATOR}${MONTH}|${MONTH}${SEPARATOR}${YEAR}`, 'y'), 4 + YEAR_BITS],
]

/** Years, and dates in the usual formats. */
export function dates(text: string): readonly Token[] {
  const tokens: Token[] = []
  for (let start = 0; start < text.length; start += 1)
    for (const [form, bits] of DATE_PATTERNS) {
      form.lastIndex = start
      const length = form.exec(text)?.[0].length
      if (length !== undefined) tokens.push({ start, length, bits })
    }
  return tokens
}
