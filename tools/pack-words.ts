// npm run words: packs the passwords, words, names and phrases that attackers guess first into src/platform/guessing/words.gz, by the
// number of guesses. The lists are those of zxcvbn-ts (MIT), which only this command needs, and our own in tools/words/.

import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import { fold } from '../src/domain/guessing/fold.ts'
import { LONGEST_WORD } from '../src/domain/guessing/words.ts'

type Lists = Readonly<Record<string, readonly string[]>>

// Imported at run time, since only this command needs the package.
const require = createRequire(import.meta.url)
const { dictionary: common } = require('@zxcvbn-ts/language-common') as { dictionary: Lists }
const { dictionary: english } = require('@zxcvbn-ts/language-en') as { dictionary: Lists }

const TARGET = new URL('../src/platform/guessing/words.gz', import.meta.url)
/** The maximum bits of words of one, two, three and four letters. */
const MAX_BITS_BY_LENGTH: Readonly<Record<number, number>> = { 1: 5, 2: 7, 3: 9.5, 4: 13 }

/** In half bits, which are precise enough and compress better than ranks. */
const words = new Map<string, number>()
const passwords = new Set<string>()

function add(word: string, bits: number): void {
  const { text } = fold(word)
  if (text.length === 0 || text.length > LONGEST_WORD || /\s/.test(text)) return
  const halves = Math.max(2, Math.round(2 * bits))
  // Rare short words occur in half of all random texts, and are worth no more than their letters.
  if (bits > (MAX_BITS_BY_LENGTH[text.length] ?? Number.POSITIVE_INFINITY)) return
  if (halves < (words.get(text) ?? Number.POSITIVE_INFINITY)) words.set(text, halves)
}

function addRanked(list: readonly string[], extraBits: number, limit = list.length): void {
  for (const [rank, word] of list.slice(0, limit).entries()) add(word, extraBits + Math.log2(rank + 2))
}

function readOwnList(name: string): readonly string[] {
  const lines = readFileSync(new URL(`words/${name}.txt`, import.meta.url), 'utf8').split('\n')
  return lines.filter((line) => !line.startsWith('#')).flatMap((line) => line.split(' ').filter((word) => word !== ''))
}

function findList(from: Lists, name: string): readonly string[] {
  const list = from[name]
  if (list === undefined) throw new Error(`This version of zxcvbn-ts has no list ${name}.`)
  return list
}

/** Words such as `don't` and `well-known` are typed without punctuation too. */
function lettersOnly(list: readonly string[]): readonly string[] {
  return list.map((word) => word.toLowerCase().replace(/[^\p{L}]/gu, '')).filter((word) => word.length > 1 || /^[ai]$/.test(word))
}

for (const word of [...findList(common, 'passwords-common'), ...readOwnList('phrases'), ...readOwnList('pinyin-phrases')])
  passwords.add(fold(word).text)
addRanked(findList(common, 'passwords-common'), 0)
for (const phrase of readOwnList('phrases')) add(phrase, 10)
for (const phrase of readOwnList('pinyin-phrases')) add(phrase, 8)
for (const [rank, syllable] of readOwnList('pinyin-syllables').entries()) add(syllable, Math.min(7.5, 1.5 + Math.log2(rank + 2)))
addRanked(lettersOnly(findList(english, 'commonWords-en')), 0)
addRanked(lettersOnly(findList(english, 'wikipedia-en')), 0)
for (const word of findList(common, 'diceware-common')) add(word, 13)
for (const name of findList(english, 'firstnames-en')) add(name, 11)
addRanked(findList(english, 'lastnames-en'), 3, 10_000)
// Days, months, colours and similar lists, in their order.
for (const [name, list] of Object.entries(english)) {
  if (/commonWords|wikipedia|names/.test(name)) continue
  for (let from = 0; from < list.length; from += 1)
    for (let to = from + 2; to <= list.length; to += 1) add(list.slice(from, to).join(''), from === 0 ? 8 : 10)
}

const groups = new Map<string, string[]>()
for (const [word, halves] of words) {
  const group = `${passwords.has(word) ? 'p' : 'w'}${halves / 2}`
  const members = groups.get(group)
  if (members === undefined) groups.set(group, [word])
  else members.push(word)
}
const text = [...groups]
  .sort(([one], [other]) => (one < other ? -1 : 1))
  .map(([group, members]) => [group, ...members.sort()].join(' '))
  .join('\n')
const packed = gzipSync(text, { level: 9 })
writeFileSync(TARGET, packed)
process.stdout.write(`${words.size} words, ${text.length} characters, ${packed.length} bytes packed\n`)
