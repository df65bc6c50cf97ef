// The packed list of what guessers try first: passwords, words, names and phrases, with the guesses that each takes. The file is made by
// tools/pack-words.ts and lies beside this one, in the sources and in the package alike.

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { unpackWordList, type WordList } from '../../domain/guessing/word-list.ts'

export function readKnownWords(): WordList {
  return unpackWordList(gunzipSync(readFileSync(new URL('./words.gz', import.meta.url))).toString('utf8'))
}
