// What is known of words, out of its packed form.

import { PREFIX_LENGTH, type WordLookup } from './words.ts'

export interface WordList extends WordLookup {
  /** True for what stands in a list of passwords. */
  readonly isPassword: (word: string) => boolean
}

/**
 * @param packed a line for each number of bits: `p` for passwords or `w` for words and the number, then the words in small letters, all
 *   with blanks between them
 */
export function unpackWordList(packed: string): WordList {
  // Those of passwords below zero, so that one look-up tells both.
  const bits = new Map<string, number>()
  const beginnings = new Set<string>()
  for (const line of packed.split('\n')) {
    const [group = '', ...words] = line.split(' ')
    const each = Number(group.slice(1)) * (group.startsWith('p') ? -1 : 1)
    let before = ''
    for (const word of words) {
      bits.set(word, each)
      // They are in order, so most begin like the one before.
      const beginning = word.slice(0, PREFIX_LENGTH)
      if (beginning !== before) beginnings.add(beginning)
      before = beginning
    }
  }
  return {
    bitsOf: (word) => {
      const known = bits.get(word)
      return known === undefined ? undefined : Math.abs(known)
    },
    isPrefix: (four) => beginnings.has(four),
    isPassword: (word) => (bits.get(word) ?? 0) < 0,
  }
}
