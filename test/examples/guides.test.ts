// The guides show the files of the examples word for word.

import { equal, ok } from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const ROOT = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8')

for (const name of ['next', 'sveltekit']) {
  const guide = read(`docs/${name}.md`)

  test(`docs/${name}.md shows complete files unchanged`, () => {
    const shown = [...guide.matchAll(/^`(examples\/[^`]+)`:\n\n```\w+\n(.*?)^```$/gms)]
    ok(shown.length >= 6)
    for (const [, path = '', text = ''] of shown) equal(text, read(path), path)
  })

  test(`docs/${name}.md shows only lines of its example`, () => {
    const sources = globSync(`examples/${name}/**/*.{ts,tsx,svelte}`, { cwd: ROOT.pathname, exclude: ['**/node_modules/**'] })
    const lines = new Set(sources.flatMap((path) => read(path).split('\n')).map((line) => line.trim()))
    for (const [, block = ''] of guide.matchAll(/^```\w+\n(.*?)^```$/gms)) {
      for (const line of block.split('\n'))
        ok(
          [...lines].some((known) => known.includes(line.trim())),
          line,
        )
    }
  })

  test(`examples/${name}/README.md names scripts and pages that exist`, () => {
    const text = read(`examples/${name}/README.md`)
    const { scripts } = JSON.parse(read(`examples/${name}/package.json`)) as { readonly scripts: Readonly<Record<string, string>> }
    const others = JSON.parse(read('package.json')).scripts as Readonly<Record<string, string>>
    for (const [, script = ''] of text.matchAll(/npm run ([\w-]+)/g)) ok(script in scripts || script in others, script)
    for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)/g)) ok(existsSync(new URL(`examples/${name}/${target}`, ROOT)), target)
  })
}

test('docs/forward-auth.md shows parts of the configurations unchanged', () => {
  const withoutIndent = (text: string) => text.replace(/^[ \t]+/gm, '')
  const files = { nginx: read('examples/nginx/nginx.conf'), caddy: read('examples/caddy/Caddyfile') }
  const shown = [...read('docs/forward-auth.md').matchAll(/^```(nginx|caddy)\n(.*?)^```$/gms)]
  for (const [language, text] of Object.entries(files)) {
    const parts = shown.filter(([, each]) => each === language)
    ok(parts.length >= 2)
    for (const [, , part = ''] of parts) ok(withoutIndent(text).includes(withoutIndent(part)), part)
  }
})

test('docs/other-languages.md shows complete files unchanged', () => {
  const shown = [...read('docs/other-languages.md').matchAll(/^`(examples\/[^`]+)`:\n\n```\w+\n(.*?)^```$/gms)]
  equal(shown.length, 2)
  for (const [, path = '', text = ''] of shown) equal(text, read(path), path)
})

test('lists every example, each with a README.md that names its command and has valid links', () => {
  const folders = globSync('examples/*/README.md', { cwd: ROOT.pathname }).map((path) => path.split('/')[1] ?? '')
  const list = read('examples/README.md')
  for (const name of folders) {
    ok(list.includes(`](${name}/README.md)`), name)
    const text = read(`examples/${name}/README.md`)
    if (existsSync(new URL(`examples/${name}/server.ts`, ROOT))) ok(text.includes(`npm run example ${name}`), name)
    for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)/g))
      ok(existsSync(new URL(`examples/${name}/${target}`, ROOT)), `${name}: ${target}`)
  }
  for (const [, target = ''] of list.matchAll(/\]\(([^)#]+)/g)) ok(existsSync(new URL(`examples/${target}`, ROOT)), target)
})
