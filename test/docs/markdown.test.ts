// The limits of Markdown files: line length, table cells of SECURITY.md, words of ARCHITECTURE.md.

import { deepEqual, ok } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const ROOT = new URL('../../', import.meta.url).pathname
const MAX_LINE = 160
const MAX_CELL = 200
const MAX_ARCHITECTURE_WORDS = 1800

/** The repository's own pages: what is ignored by git, such as packages that an example has installed, is not looked at. */
const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((page) => page !== '')

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8')
}

const lengthOf = (text: string) => [...text].length

test(`no line of a Markdown file is longer than ${MAX_LINE} characters, except in code blocks and in tables of SECURITY.md`, () => {
  ok(pages.length > 20)
  const tooLong = pages.flatMap((page) => {
    let isCode = false
    return read(page)
      .split('\n')
      .flatMap((line, index) => {
        if (line.trimStart().startsWith('```')) isCode = !isCode
        const isExempt = isCode || (page === 'SECURITY.md' && line.startsWith('|'))
        return lengthOf(line) > MAX_LINE && !isExempt ? [`${page}:${index + 1}: ${lengthOf(line)}`] : []
      })
  })
  deepEqual(tooLong, [])
})

test(`no table cell of SECURITY.md is longer than ${MAX_CELL} characters`, () => {
  const rows = read('SECURITY.md')
    .split('\n')
    .filter((line) => line.startsWith('|'))
  ok(rows.length > 50)
  for (const row of rows) {
    for (const cell of row.split('|')) ok(lengthOf(cell.trim()) <= MAX_CELL, `${lengthOf(cell.trim())}: ${cell.trim()}`)
  }
})

test(`ARCHITECTURE.md has at most ${MAX_ARCHITECTURE_WORDS} words`, () => {
  const words = read('ARCHITECTURE.md').split(/\s+/).filter(Boolean)
  ok(words.length <= MAX_ARCHITECTURE_WORDS, `${words.length} words`)
})
