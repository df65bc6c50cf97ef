// A hint of how hard a password is to guess, while it is typed and without sending it anywhere: by the server's own rules and words, so
// that it says what the server will say.

import { boundedPassword, contextWords } from '../../domain/guessing/bounds.ts'
import { guessBits } from '../../domain/guessing/estimate.ts'
import { unpackWordList, type WordList } from '../../domain/guessing/word-list.ts'
import { SUFFICIENT_BITS } from '../../domain/password.ts'

/** Bits of guessing from which each grade begins. The server takes what has the third. */
const GRADES = [10, 20, SUFFICIENT_BITS, 45]

/** 0 to 4. */
export function strengthOf(password: string, names: readonly string[], words: WordList): 0 | 1 | 2 | 3 | 4 {
  const bits = guessBits(boundedPassword(password), contextWords(names), words)
  return GRADES.filter((grade) => bits >= grade).length as 0 | 1 | 2 | 3 | 4
}

let loading: Promise<WordList | undefined> | undefined

/**
 * The server's words, fetched once, when a password is about to be chosen; undefined where they cannot be had: then there is no hint.
 *
 * @param name of the file, beside this script
 */
export function loadWords(name: string): Promise<WordList | undefined> {
  loading ??= fetch(new URL(name, import.meta.url))
    .then(async (response) => (response.ok ? unpackWordList(await response.text()) : undefined))
    .catch(() => undefined)
  return loading
}
