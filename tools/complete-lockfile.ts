// npm run lock: completes package-lock.json. For packages of other platforms npm leaves out the integrity, or the whole entry, and
// `npm ci` then installs unverified code there, or refuses the file. Both are taken from the registry; what it does not have is an error.

import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'

interface Locked {
  readonly name?: string
  readonly version?: string
  readonly integrity?: string
  readonly dev?: boolean
  readonly link?: boolean
  readonly inBundle?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

interface LockFile {
  packages: Record<string, Locked>
}

type Entry = readonly [path: string, locked: Locked]

const FILE = 'package-lock.json'
const PLATFORMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'sunos', 'win32']
const PROCESSORS = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'wasm32']
/** Concurrent requests to the registry. */
const BATCH_SIZE = 4

const lock = JSON.parse(readFileSync(FILE, 'utf8')) as LockFile
const added = Object.values(lock.packages).flatMap(({ dev, optionalDependencies }) =>
  Object.entries(optionalDependencies ?? {})
    .filter(([name]) => !(`node_modules/${name}` in lock.packages))
    .map(
      ([name, version]): Entry => [
        `node_modules/${name}`,
        {
          version,
          ...platformField('cpu', PROCESSORS, name),
          ...(dev && { dev }),
          ...{ optional: true },
          ...platformField('os', PLATFORMS, name),
        },
      ],
    ),
)
const packages = { ...lock.packages, ...Object.fromEntries(added) }
const unverified = Object.entries(packages).filter(([path, locked]) => needsIntegrity(path, locked) && locked.integrity === undefined)
const completed = await inBatches(unverified, async ([path, { version, ...rest }]): Promise<Entry> => {
  const integrity = await integrityOf(`${rest.name ?? nameOf(path)}@${version}`)
  return [path, { version, ...(integrity && { integrity }), ...rest } as Locked]
})
const missing = completed.filter(([, { integrity }]) => integrity === undefined)
if (missing.length > 0) {
  const names = missing.map(([path, { version }]) => `${nameOf(path)}@${version}`)
  process.stderr.write(
    `The registry has no sha512 integrity for ${names.join(', ')}. ${FILE} is unchanged: choose a version of which it has every platform.\n`,
  )
  process.exit(1)
}
const sorted = Object.entries({ ...packages, ...Object.fromEntries(completed) }).sort(([a], [b]) => (a < b ? -1 : 1))
writeFileSync(FILE, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
process.stdout.write(`${FILE}: ${added.length} packages of other platforms and ${completed.length} integrities added\n`)

/** Excludes the project itself, links into it, and packages bundled in the archive of another. */
function needsIntegrity(path: string, { link, inBundle }: Locked): boolean {
  return path.includes('node_modules/') && !link && !inBundle
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

/** Packages for a platform have its name in theirs. */
function platformField(field: 'cpu' | 'os', known: readonly string[], name: string): Readonly<Record<string, readonly string[]>> {
  const found = known.find((word) => name.includes(word))
  return found === undefined ? {} : { [field]: [found] }
}

/** Undefined if the registry does not have this version. */
async function integrityOf(spec: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('npm', ['view', spec, 'dist.integrity'])
    return stdout.startsWith('sha512-') ? stdout.trim() : undefined
  } catch {
    return undefined
  }
}

async function inBatches<T, R>(items: readonly T[], each: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  for (let from = 0; from < items.length; from += BATCH_SIZE) {
    results.push(...(await Promise.all(items.slice(from, from + BATCH_SIZE).map(each))))
  }
  return results
}
