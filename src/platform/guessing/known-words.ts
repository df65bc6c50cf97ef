// Reads the packed list of common passwords, words, names and phrases with their guess counts. tools/pack-words.ts creates the file,
// which is next to this one in the sources and in the package.

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { unpackWordList, type WordList } from '../../domain/guessing/word-list.ts'

export function readKnownWords(): WordList {
  return unpackWordList(gunzipSync(readFileSync(new URL('./words.gz', import.meta.url))).toString('utf8'))
}
