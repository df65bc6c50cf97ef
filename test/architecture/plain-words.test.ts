// The language of the project: standard terms in names, plain English in prose. A list of words that stand for neither.

import { deepEqual, ok } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'

const ROOT = new URL('../../', import.meta.url).pathname

/** Words that no name may consist of, and that no text for readers may use: pronouns, metaphors, and terms that the standards call otherwise. */
const STOP_WORDS = [
  'aftermath',
  'anybody',
  'bury',
  'deed',
  'deeds',
  'ending',
  'endings',
  'everybody',
  'grave',
  'graves',
  'heard',
  'lookout',
  'mend',
  'mended',
  'mends',
  'nobody',
  'remembered login',
  'remembered logins',
  'roll call',
  'sight',
  'somebody',
  'storey',
  'storeys',
  'tell',
  'telling',
  'tells',
  'told',
  'vouched',
  'vouches',
  'whence',
  'whoever',
  'whomever',
] as const

/** Further words that no exported name or file may have as a part. They are good English in a sentence. */
const STOP_NAME_PARTS = [
  'answer',
  'answers',
  'born',
  'carrier',
  'hear',
  'held',
  'judge',
  'prover',
  'remedy',
  'remembered',
  'shelf',
  'soon',
  'surroundings',
  'traveller',
  'waker',
  'whom',
  'wish',
]

/** Exported names that have such a part, and why. */
const NAME_EXCEPTIONS: Readonly<Record<string, string>> = {}

/** As many as comments and documentation may have in all: quotations, and English that has no other word. */
const MAX_IN_PROSE = 40

const STOP = new RegExp(`\\b(?:${STOP_WORDS.join('|')})\\b`, 'gi')
const IN_NAMES = new Set<string>([...STOP_WORDS, ...STOP_NAME_PARTS])

const files = globSync('{src,test,console,lab,bench,tools,examples}/**/*.{ts,tsx,mts,py}', { cwd: ROOT })
  .filter(
    (file) => !file.includes('node_modules') && !file.startsWith('test/fixtures/') && file !== 'test/architecture/plain-words.test.ts',
  )
  .sort()
const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' }).split('\n').filter(Boolean)
const textOf = (file: string) => readFileSync(new URL(file, `file://${ROOT}`), 'utf8')

/** `findUserById`, `FIND_USER` and `find-user.ts` as words in lower case. */
function partsOf(name: string): readonly string[] {
  return name
    .replace(/\.(?:test\.)?[a-z]+$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
}

const isPlain = (name: string) => !partsOf(name).some((part) => IN_NAMES.has(part))

test('file names use standard terms', () => {
  deepEqual(
    files.filter((file) => !isPlain(basename(file))),
    [],
  )
})

test('exported names use standard terms', () => {
  const exported = files
    .filter((file) => /^(?:src|console|test\/support)\//.test(file))
    .flatMap((file) => [
      ...textOf(file).matchAll(/^export (?:declare )?(?:async )?(?:const|function\*?|class|interface|type|enum) (\w+)/gm),
    ])
    .map(([, name = '']) => name)
  ok(exported.length > 500, 'the exports were found')
  deepEqual(
    exported.filter((name) => !isPlain(name) && !(name in NAME_EXCEPTIONS)),
    [],
  )
})

test('test titles use plain words', () => {
  const titles = files
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) =>
      [...textOf(file).matchAll(/\b(?:test|suite|describe)\(\s*(['`])(.*?)\1/gs)].map(([, , title = '']) => `${file}: ${title}`),
    )
  ok(titles.length > 1000, 'the titles were found')
  deepEqual(
    titles.filter((title) => matchesIn(title) > 0),
    [],
  )
})

test('texts of commands and of the doctor use plain words', () => {
  const texts = files
    .filter((file) => /^src\/(?:cli|doctor)\//.test(file))
    .flatMap((file) =>
      [...textOf(file).matchAll(/(['`])((?:\\.|(?!\1).)*? (?:\\.|(?!\1).)*?)\1/g)].map(([, , text = '']) => `${file}: ${text}`),
    )
  ok(texts.length > 100, 'the texts were found')
  deepEqual(
    texts.filter((text) => matchesIn(text) > 0),
    [],
  )
})

test(`comments and documentation have at most ${MAX_IN_PROSE} words of the list`, () => {
  const prose = [
    ...files.map((file) => [file, commentsOf(textOf(file), file)] as const),
    ...documents.map((file) => [file, textOf(file)] as const),
  ]
  const found = prose.map(([file, text]) => [file, matchesIn(text)] as const).filter(([, count]) => count > 0)
  const total = found.reduce((sum, [, count]) => sum + count, 0)
  ok(total <= MAX_IN_PROSE, `${total}: ${found.map(([file, count]) => `${file} ${count}`).join(', ')}`)
})

function matchesIn(text: string): number {
  return text.match(STOP)?.length ?? 0
}

function commentsOf(text: string, file: string): string {
  const pattern = file.endsWith('.py') ? /(?:^|\s)#.*|"""[\s\S]*?"""/g : /(?:^|\s)\/\/.*|\/\*[\s\S]*?\*\//g
  return text.match(pattern)?.join('\n') ?? ''
}
