// The pages say what is true: every code, every setting, every file and link they name exists.

import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { ERROR_CODES } from '../../src/domain/errors.ts'
import { STATUS } from '../../src/http/problem.ts'
import { settingsPage } from '../../tools/settings-page.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const PAGES = globSync('{*.md,docs/*.md}', { cwd: ROOT }).sort()

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8')
}

test('the errors page explains every code, under its status, and no other', () => {
  const text = read('docs/errors.md')
  const anchors = [...text.matchAll(/<a id="([^"]+)"><\/a>\n### (\S+)\n/g)]
  assert.deepEqual(anchors.map(([, id]) => id).sort(), [...ERROR_CODES].sort())
  for (const [, id, title] of anchors) assert.equal(id, title)
  for (const section of text.split(/^## /m).slice(1)) {
    const statuses = (section.split('\n')[0] ?? '').split(', ').map(Number)
    for (const [, code = ''] of section.matchAll(/<a id="([^"]+)">/g)) {
      assert.ok(statuses.includes(STATUS[code as keyof typeof STATUS]), code)
    }
  }
})

test('the settings page is what the table makes', () => {
  assert.equal(read('docs/settings.md'), settingsPage(), 'npm run settings-page writes it anew')
})

test('every link leads to a file', () => {
  assert.ok(PAGES.length >= 9)
  for (const page of PAGES) {
    for (const [, target = ''] of read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (!target.startsWith('http')) assert.ok(existsSync(join(ROOT, dirname(page), target)), `${page} links to ${target}`)
    }
  }
})

test('every file and folder that a page names is there', () => {
  for (const page of PAGES) {
    for (const [, path = ''] of read(page).matchAll(/`((?:src|test|tools|docs)\/[\w./-]*)`/g)) {
      assert.ok(existsSync(join(ROOT, path)), `${page} names ${path}`)
    }
  }
})

test('every row of the threat table names a test', () => {
  const table = read('SECURITY.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| attack'))
  assert.ok(table.length > 15)
  for (const row of table) assert.match(row, /`(test|src\/testing)\/[\w./-]+\.ts`/, row)
})

test('every npm script that a page names exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> }
  for (const page of PAGES) {
    for (const [, name = ''] of read(page).matchAll(/npm run ([\w-]+)/g)) assert.ok(name in scripts, `${page} names npm run ${name}`)
  }
})
