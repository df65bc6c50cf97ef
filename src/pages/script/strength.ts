// The password strength hint, computed in the browser by the server's rules and word list, so that both agree.

import { boundedPassword, contextWords } from '../../domain/guessing/bounds.ts'
import { guessBits } from '../../domain/guessing/estimate.ts'
import { unpackWordList, type WordList } from '../../domain/guessing/word-list.ts'
import { SUFFICIENT_BITS } from '../../domain/password.ts'

/** Lower bounds of the grades, in bits of guessing entropy. The server accepts the third grade. */
const GRADES = [10, 20, SUFFICIENT_BITS, 45]

/** A grade from 0 to 4. */
export function strengthOf(password: string, names: readonly string[], words: WordList): 0 | 1 | 2 | 3 | 4 {
  const bits = guessBits(boundedPassword(password), contextWords(names), words)
  return GRADES.filter((grade) => bits >= grade).length as 0 | 1 | 2 | 3 | 4
}

let loading: Promise<WordList | undefined> | undefined

/**
 * The server's word list, fetched once at first use; undefined when it cannot be loaded: then there is no hint.
 *
 * @param name of the file, beside this script
 */
export function loadWords(name: string): Promise<WordList | undefined> {
  loading ??= fetch(new URL(name, import.meta.url))
    .then(async (response) => (response.ok ? unpackWordList(await response.text()) : undefined))
    .catch(() => undefined)
  return loading
}
