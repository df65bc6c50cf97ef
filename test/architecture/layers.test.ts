// The import table: which layers, packages and Node modules each layer of src/ may import. ARCHITECTURE.md shows the same table.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'

const SOURCE = new URL('../../src/', import.meta.url).pathname

interface Rule {
  /** The other layers it may import; a layer always imports itself. */
  readonly layers: readonly string[]
  readonly node: boolean
  readonly packages: readonly string[]
}

const ROOT_FILES = [
  'index',
  'compose',
  'load-geoip',
  'load-secret',
  'open-store',
  'public-url',
  'secret-file',
  'setting-parsers',
  'settings',
]
const LOWER_LAYERS = ['domain', 'ports', 'engine', 'platform', 'stores', 'http', 'adapters', 'pages']

const TABLE: Readonly<Record<string, Rule>> = {
  domain: { layers: [], node: false, packages: [] },
  ports: { layers: ['domain'], node: false, packages: [] },
  engine: { layers: ['domain', 'ports'], node: false, packages: [] },
  platform: {
    layers: ['domain', 'ports'],
    node: true,
    packages: ['@node-rs/argon2', '@node-rs/bcrypt', 'mmdb-lib'],
  },
  'connection-strings': { layers: [], node: false, packages: [] },
  stores: { layers: ['domain', 'ports', 'connection-strings'], node: true, packages: ['@redis/client', 'pg'] },
  http: { layers: ['domain', 'engine'], node: false, packages: ['cookie', 'hono', 'zod'] },
  adapters: { layers: ['http', 'engine'], node: true, packages: ['express', 'fastify', 'hono'] },
  pages: { layers: ['domain', 'http', 'client'], node: true, packages: ['hono'] },
  client: { layers: ['domain', 'http'], node: false, packages: [] },
  verify: { layers: ['domain'], node: false, packages: [] },
  testing: { layers: ['domain', 'ports'], node: true, packages: [] },
  'setting-parsers': { layers: ['domain', 'connection-strings'], node: true, packages: [] },
  settings: { layers: ['domain', 'connection-strings', 'setting-parsers'], node: false, packages: [] },
  'open-store': { layers: ['domain', 'ports', 'stores', 'settings'], node: true, packages: [] },
  'secret-file': { layers: ['domain', 'settings'], node: true, packages: [] },
  'load-secret': { layers: ['open-store', 'secret-file', 'settings'], node: true, packages: [] },
  'load-geoip': { layers: ['ports', 'platform', 'settings'], node: true, packages: [] },
  compose: { layers: [...LOWER_LAYERS, 'open-store', 'load-geoip', 'load-secret', 'settings'], node: true, packages: [] },
  'public-url': { layers: ['settings'], node: false, packages: [] },
  index: { layers: [...LOWER_LAYERS, 'public-url', 'settings', 'compose'], node: true, packages: [] },
  server: {
    layers: [...LOWER_LAYERS, 'connection-strings', 'settings', 'compose'],
    node: true,
    packages: ['pino', 'pino-pretty', 'prom-client'],
  },
  doctor: { layers: [], node: true, packages: [] },
  cli: {
    layers: [...LOWER_LAYERS, 'connection-strings', 'open-store', 'public-url', 'settings', 'compose', 'server', 'doctor'],
    node: true,
    packages: ['commander', 'csv-parse'],
  },
}

interface Import {
  readonly file: string
  readonly target: string
}

const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

const files = globSync('**/*.ts', { cwd: SOURCE }).sort()
const imports: readonly Import[] = files.flatMap((file) => {
  const text = readFileSync(join(SOURCE, file), 'utf8')
  return [...text.matchAll(IMPORT)].map((match) => ({ file, target: match[1] ?? match[2] ?? '' }))
})

function layerOf(path: string): string {
  const [first = ''] = path.split('/')
  return first.replace(/\.ts$/, '')
}

function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')
}

test('every source file belongs to a layer of the table', () => {
  assert.ok(files.length > 50)
  for (const file of files) assert.ok(layerOf(file) in TABLE, `${file} belongs to no layer`)
  for (const name of ROOT_FILES) assert.ok(files.includes(`${name}.ts`))
})

for (const [layer, rule] of Object.entries(TABLE)) {
  test(`${layer} imports only ${[...rule.layers, ...rule.packages, ...(rule.node ? ['node:'] : [])].join(', ') || 'itself'}`, () => {
    const own = imports.filter(({ file }) => layerOf(file) === layer)
    for (const { file, target } of own) {
      if (target.startsWith('node:')) assert.ok(rule.node, `${file} imports ${target}`)
      else if (target.startsWith('.')) {
        const to = layerOf(relative(SOURCE, join(SOURCE, dirname(file), target)))
        assert.ok(to === layer || rule.layers.includes(to), `${file} imports ${target}: ${layer} must not import ${to}`)
      } else assert.ok(rule.packages.includes(packageOf(target)), `${file} imports the package ${target}`)
    }
  })
}

test('console/ imports only src/client/ from the sources', () => {
  const folder = join(SOURCE, '../console')
  const consoleFiles = globSync('**/*.{ts,tsx}', { cwd: folder })
  assert.ok(consoleFiles.length > 20)
  for (const file of consoleFiles) {
    for (const [, from = '', only = ''] of readFileSync(join(folder, file), 'utf8').matchAll(IMPORT)) {
      const target = from || only
      if (!target.startsWith('.')) continue
      const to = relative(folder, join(folder, dirname(file), target))
      assert.ok(!to.startsWith('..') || to.startsWith('../src/client/'), `${file} imports ${target}`)
    }
  }
})

test('ports hold no values', () => {
  for (const file of files.filter((name) => layerOf(name) === 'ports')) {
    const text = readFileSync(join(SOURCE, file), 'utf8')
    assert.doesNotMatch(text, /^(export )?(const|let|function|class)\b/m, file)
    assert.doesNotMatch(text, /^import (?!type)/m, file)
  }
})

test('domain and engine use no clock, randomness or timers, and domain is synchronous', () => {
  for (const file of files.filter((name) => ['domain', 'engine'].includes(layerOf(name)))) {
    const text = readFileSync(join(SOURCE, file), 'utf8')
    assert.doesNotMatch(text, /Date\.now|new Date\(\)|Math\.random|setTimeout|process\.|globalThis/, file)
    if (layerOf(file) === 'domain') assert.doesNotMatch(text, /\basync\b|\bawait\b|Promise/, file)
  }
})

test('relative imports include the file extension', () => {
  for (const { file, target } of imports) {
    if (target.startsWith('.')) assert.ok(/\.(ts|css)$/.test(target), `${file} imports ${target} without the file extension`)
  }
})

test('every source file begins with a comment that says what it is', () => {
  for (const file of files) {
    const lines = readFileSync(join(SOURCE, file), 'utf8').split('\n')
    const first = lines[0]?.startsWith('#!') ? lines[1] : lines[0]
    assert.match(first ?? '', /^\/\/ \S/, file)
  }
})
