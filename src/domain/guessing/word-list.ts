// The word list of the estimator, unpacked from its compressed form.

import { PREFIX_LENGTH, type WordLookup } from './words.ts'

export interface WordList extends WordLookup {
  /** True for a word from a list of passwords. */
  readonly isPassword: (word: string) => boolean
}

/**
 * @param packed a line for each number of bits: `p` for passwords or `w` for words and the number, then the words in lower case,
 *   separated by blanks
 */
export function unpackWordList(packed: string): WordList {
  // Passwords have negative numbers, so that one look-up answers both questions.
  const bits = new Map<string, number>()
  const beginnings = new Set<string>()
  for (const line of packed.split('\n')) {
    const [group = '', ...words] = line.split(' ')
    const each = Number(group.slice(1)) * (group.startsWith('p') ? -1 : 1)
    let before = ''
    for (const word of words) {
      bits.set(word, each)
      // The words are sorted, so most begin like the one before.
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
