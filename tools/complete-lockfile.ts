// npm run lock: completes package-lock.json. Where a registry does not carry a package for some other platform, npm leaves it
// out of the lock file without a word, and `npm ci` then refuses the file. What is missing is written down here by its
// version and platform alone: it is never fetched on any other platform.

import { readFileSync, writeFileSync } from 'node:fs'

interface Locked {
  readonly version?: string
  readonly dev?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

interface LockFile {
  packages: Record<string, Locked>
}

const FILE = 'package-lock.json'
const PLATFORMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'sunos', 'win32']
const PROCESSORS = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'wasm32']

const lock = JSON.parse(readFileSync(FILE, 'utf8')) as LockFile
const added = Object.values(lock.packages).flatMap(({ dev, optionalDependencies }) =>
  Object.entries(optionalDependencies ?? {})
    .filter(([name]) => !(`node_modules/${name}` in lock.packages))
    .map(([name, version]): readonly [string, Locked] => [
      `node_modules/${name}`,
      { version, ...only('cpu', PROCESSORS, name), ...(dev && { dev }), ...{ optional: true }, ...only('os', PLATFORMS, name) },
    ]),
)
const sorted = Object.entries({ ...lock.packages, ...Object.fromEntries(added) }).sort(([a], [b]) => (a < b ? -1 : 1))
writeFileSync(FILE, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
process.stdout.write(`${added.length} packages of other platforms added to ${FILE}\n`)

/** Packages for a platform carry it in their name. */
function only(field: 'cpu' | 'os', known: readonly string[], name: string): Readonly<Record<string, readonly string[]>> {
  const found = known.find((word) => name.includes(word))
  return found === undefined ? {} : { [field]: [found] }
}
