// The lock files: `npm ci` installs exactly the locked packages, on every platform and from any registry.

import { deepEqual, ok } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const ROOT = new URL('../../', import.meta.url).pathname

interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly inBundle?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** Lock files under version control, and new ones that git does not ignore. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*package-lock.json'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '')

ok(files.includes('package-lock.json'))

for (const file of files) {
  const { packages } = JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as { packages: Readonly<Record<string, Locked>> }
  const fetched = Object.entries(packages).filter(([path, { link, inBundle }]) => path.includes('node_modules/') && !link && !inBundle)

  test(`${file}: every entry has a SHA-512 integrity`, () => {
    ok(fetched.length > 0)
    const without = fetched.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''))
    deepEqual(
      without.map(([path]) => path),
      [],
    )
  })

  test(`${file}: every entry has one exact version and no download URL`, () => {
    const inexact = fetched.filter(([, { version }]) => !/^\d+\.\d+\.\d+(-[\w.-]+)?(\+[\w.-]+)?$/.test(version ?? ''))
    deepEqual(
      inexact.map(([path]) => path),
      [],
    )
    const elsewhere = Object.entries(packages).filter(([, { resolved, link }]) => resolved !== undefined && !link)
    deepEqual(
      elsewhere.map(([path]) => path),
      [],
    )
  })

  test(`${file}: packages of other platforms are included`, () => {
    const wanted = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).map((name) => ({ path, name })),
    )
    const missing = wanted.filter(({ path, name }) => !isThere(packages, path, name))
    deepEqual(missing, [])
  })
}

/** Resolves like Node: in the node_modules of the dependent, or of a folder above. */
function isThere(packages: Readonly<Record<string, Locked>>, from: string, name: string): boolean {
  const parts = from === '' ? [] : from.split('/node_modules/')
  return [from, ...parts.map((_, index) => parts.slice(0, index).join('/node_modules/'))].some(
    (folder) => `${folder === '' ? '' : `${folder}/`}node_modules/${name}` in packages,
  )
}
