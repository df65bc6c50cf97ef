// Lock files: what `npm ci` installs is what was locked, on every platform, from whatever registry it is fetched.

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

/** Those that are under version control, and new ones that will be. */
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

  test(`${file}: every entry has an integrity, by SHA-512`, () => {
    ok(fetched.length > 0)
    const without = fetched.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''))
    deepEqual(
      without.map(([path]) => path),
      [],
    )
  })

  test(`${file}: every entry has one exact version, and none names where it was fetched from`, () => {
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

  test(`${file}: packages of other platforms are not left out`, () => {
    const wanted = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).map((name) => ({ path, name })),
    )
    const missing = wanted.filter(({ path, name }) => !isThere(packages, path, name))
    deepEqual(missing, [])
  })
}

/** Found as Node finds it: beside what asks for it, or in a folder above. */
function isThere(packages: Readonly<Record<string, Locked>>, from: string, name: string): boolean {
  const parts = from === '' ? [] : from.split('/node_modules/')
  return [from, ...parts.map((_, index) => parts.slice(0, index).join('/node_modules/'))].some(
    (folder) => `${folder === '' ? '' : `${folder}/`}node_modules/${name}` in packages,
  )
}
