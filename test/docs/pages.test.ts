// Facts in the docs: every code, setting, file, link and script that a page names exists, and generated pages are current.

import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { ERROR_CODES } from '../../src/domain/errors.ts'
import { STATUS } from '../../src/http/problem.ts'
import { routes } from '../../src/http/routes/index.ts'
import { errorsPage } from '../../tools/errors-page.ts'
import { settingsPage } from '../../tools/settings-page.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const PAGES = globSync('{*.md,docs/*.md}', { cwd: ROOT }).sort()

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8')
}

test('the errors page explains exactly the existing codes, under their status', () => {
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

test('the errors page explains every reason of an error', () => {
  const text = read('docs/errors.md')
  const sources = globSync('src/{domain,engine,http,server}/**/*.ts', { cwd: ROOT }).map(read).join('\n')
  const named = [...sources.matchAll(/reason: '(\w+)'/g)].map(([, reason]) => reason)
  const unions = [...sources.matchAll(/^export type (?:RefusalReason|RevocationReason|OriginRefusal|TokenRefusal|UnsafeJson) = (.*)$/gm)]
  const listed = unions.flatMap(([, union = '']) => [...union.matchAll(/'(\w+)'/g)].map(([, reason]) => reason))
  assert.equal(unions.length, 5)
  for (const reason of new Set([...named, ...listed])) {
    // An unsafe member name is reported as the field, not as the reason.
    if (reason !== 'prototype') assert.ok(text.includes(`\`${reason}\``), `docs/errors.md does not explain ${reason}`)
  }
})

test('the HTTP and administration guides show every path', () => {
  const text = read('docs/http.md') + read('docs/administration.md')
  for (const { path } of routes) {
    const [before = '', after = ''] = path.split(/:\w+/).map((part) => part.replaceAll('.', '\\.'))
    const isShown = new RegExp(path.includes(':') ? `\\$url${before}\\$[^\\s/]+${after}` : `\\$url${before}`).test(text)
    assert.ok(isShown, `neither docs/http.md nor docs/administration.md shows ${path}`)
  }
})

test('the library page names every member of the library', () => {
  const text = read('docs/library.md')
  const [, body = ''] = /^function createLatchkeyFacade.*?\n {2}return \{\n(.*?)^ {2}\}$/ms.exec(read('src/index.ts')) ?? []
  const names = [...body.matchAll(/^ {4}(?:async )?(\w+)(?:[:(,])/gm)].map(([, name]) => name)
  const operators = [...body.matchAll(/^ {6}(\w+): (?:async )?\(/gm)].map(([, name]) => `users.${name}`)
  assert.ok(names.length > 15 && operators.length > 5)
  for (const name of [...names, ...operators]) {
    if (name !== 'users') assert.match(text, new RegExp(`\`${name}[\`(]`), `docs/library.md does not name ${name}`)
  }
})

test('docs/errors.md is generated from the texts of the errors page', () => {
  assert.equal(read('docs/errors.md'), errorsPage(), 'run npm run errors-page')
})

test('docs/settings.md is generated from the settings table', () => {
  assert.equal(read('docs/settings.md'), settingsPage(), 'run npm run settings-page')
})

test('every relative link leads to a file', () => {
  assert.ok(PAGES.length >= 9)
  for (const page of PAGES) {
    for (const [, target = ''] of read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (!target.startsWith('http')) assert.ok(existsSync(join(ROOT, dirname(page), target)), `${page} links to ${target}`)
    }
  }
})

test('every file and folder that a page names exists', () => {
  for (const page of PAGES) {
    for (const [, path = ''] of read(page).matchAll(/`((?:src|test|tools|docs|examples)\/[\w./-]*)`/g)) {
      assert.ok(existsSync(join(ROOT, path)), `${page} names ${path}`)
    }
  }
})

test('every row of the tables of SECURITY.md names a test', () => {
  const lines = read('SECURITY.md').split('\n')
  // A header is followed by the line that draws the table.
  const table = lines.filter((line, index) => line.startsWith('| ') && !lines[index + 1]?.startsWith('|---'))
  assert.ok(table.length > 15)
  for (const row of table) assert.match(row, /`(test|src\/testing)\/[\w./-]+\.ts`/, row)
})

interface Row {
  readonly layers: readonly string[]
  readonly packages: readonly string[]
  readonly node: boolean
}

/** The import table as the architecture test enforces it. */
function enforcedTable(): ReadonlyMap<string, Row> {
  const text = read('test/architecture/layers.test.ts')
  const quoted = (list: string) => [...list.matchAll(/'([^']+)'/g)].map(([, name = '']) => name)
  const lower = quoted(/^const LOWER_LAYERS = \[(.*)\]$/m.exec(text)?.[1] ?? '')
  const rows = text.matchAll(/^ {2}'?([\w-]+)'?: \{\s+layers: \[([^\]]*)\],\s+node: (true|false),\s+packages: \[([^\]]*)\],?\s+\},$/gm)
  return new Map(
    [...rows].map(([, layer = '', layers = '', node, packages = '']) => {
      const all = layers.includes('...LOWER_LAYERS') ? [...lower, ...quoted(layers)] : quoted(layers)
      return [layer, { layers: all.sort(), packages: quoted(packages).sort(), node: node === 'true' }]
    }),
  )
}

/** The import table of ARCHITECTURE.md: layer, contents, layers that it imports, packages, `node:`. */
function documentedTable(): ReadonlyMap<string, Row> {
  const [, section = ''] = /^## Layers\n(.*?)^## /ms.exec(read('ARCHITECTURE.md')) ?? []
  const names = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name.replace(/^src\/|\.ts$|\/$/g, ''))
  const [, alias = '', aliased = ''] = /^(\*lower\*) = (.*)$/m.exec(section) ?? []
  const lower = names(aliased)
  const rows = section.split('\n').filter((line) => line.startsWith('| `src/'))
  return new Map(
    rows.flatMap((line) => {
      const [, layers = '', , imports = '', packages = '', node = ''] = line.split('|').map((cell) => cell.trim())
      const imported = alias !== '' && imports.includes(alias) ? [...lower, ...names(imports)] : names(imports)
      const row = { layers: imported.sort(), packages: names(packages).sort(), node: node === 'yes' }
      return names(layers).map((layer) => [layer, row] as const)
    }),
  )
}

test('the import table of ARCHITECTURE.md is the enforced one', () => {
  assert.ok(enforcedTable().size > 10)
  assert.deepEqual(new Map([...documentedTable()].sort()), new Map([...enforcedTable()].sort()))
})

test('the changelog has this version with its date', () => {
  const { version } = JSON.parse(read('package.json')) as { readonly version: string }
  assert.match(read('CHANGELOG.md'), new RegExp(`^## ${version} - \\d{4}-\\d{2}-\\d{2}$`, 'm'))
})

test('every npm script that a page names exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> }
  for (const page of PAGES) {
    for (const [, name = ''] of read(page).matchAll(/npm run ([\w-]+)/g)) assert.ok(name in scripts, `${page} names npm run ${name}`)
  }
})
