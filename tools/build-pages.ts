// npm run pages: builds the assets for browsers into dist/assets/; with --if-stale only if a source has changed.

import { createHash } from 'node:crypto'
import { existsSync, globSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'

const ROOT = new URL('../', import.meta.url).pathname
const BUILT = join(ROOT, 'dist/assets')
const STAMP = join(BUILT, 'sources.sha256')

/** Built separately, so that no page loads code of another. */
const ENTRIES: Readonly<Record<string, string>> = {
  pages: 'src/pages/script/main.ts',
  account: 'console/account/main.tsx',
  admin: 'console/admin/main.tsx',
  client: 'src/client/index.ts',
}
/** The word list of the password strength hint, the same as that of the server. */
const WORDS = 'src/platform/guessing/words.gz'
const SOURCES = ['src/{client,pages,domain,http}/**/*', WORDS, 'console/**/*', 'package-lock.json', 'tools/build-pages.ts']

interface Built {
  readonly [source: string]: { readonly file: string; readonly isEntry?: boolean; readonly css?: readonly string[] }
}

if (import.meta.main) {
  const stamp = stampOf()
  if (!process.argv.includes('--if-stale') || !existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== stamp) await buildPages(stamp)
}

/** Builds into a new folder, then replaces the old assets, so that a server never serves a partial build. */
export async function buildPages(stamp = stampOf()): Promise<void> {
  const began = performance.now()
  const { build } = await import('vite')
  const fresh = join(ROOT, `dist/assets.${process.pid}`)
  const manifest: Record<string, unknown> = {}
  for (const [name, source] of Object.entries(ENTRIES)) {
    await build({
      configFile: false,
      root: ROOT,
      publicDir: false,
      // The warnings are about directives in Mantine's files for other frameworks.
      logLevel: 'error',
      build: {
        outDir: fresh,
        emptyOutDir: false,
        manifest: `${name}.json`,
        target: 'es2022',
        modulePreload: false,
        assetsInlineLimit: 0,
        chunkSizeWarningLimit: 1_000,
        rolldownOptions: {
          input: join(ROOT, source),
          preserveEntrySignatures: 'strict',
          // One file for each entry: chunks loaded later would have no route.
          output: {
            codeSplitting: false,
            entryFileNames: `${name}-[hash].js`,
            chunkFileNames: `${name}-[hash].js`,
            assetFileNames: `${name}-[hash][extname]`,
          },
        },
      },
    })
    const built = JSON.parse(readFileSync(join(fresh, `${name}.json`), 'utf8')) as Built
    rmSync(join(fresh, `${name}.json`))
    const entry = Object.values(built).find(({ isEntry }) => isEntry)
    if (entry === undefined) throw new Error(`The build of ${source} has no entry`)
    manifest[name] = { script: entry.file, styles: entry.css ?? [] }
  }
  const words = { script: publishWords(fresh), styles: [] }
  for (const file of readdirSync(fresh)) writeFileSync(join(fresh, `${file}.gz`), gzipSync(readFileSync(join(fresh, file)), { level: 9 }))
  writeFileSync(join(fresh, 'manifest.json'), JSON.stringify({ ...manifest, words }))
  writeFileSync(join(fresh, 'sources.sha256'), stamp)
  const old = `${fresh}.old`
  if (existsSync(BUILT)) renameSync(BUILT, old)
  renameSync(fresh, BUILT)
  rmSync(old, { recursive: true, force: true })
  // To standard error, since `npm pack --json` prints its result to standard output.
  process.stderr.write(`pages built in ${((performance.now() - began) / 1000).toFixed(1)} s\n`)
}

/** The file name contains a hash of the content, as all assets that browsers cache. */
function publishWords(folder: string): string {
  const words = gunzipSync(readFileSync(join(ROOT, WORDS)))
  const name = `words-${createHash('sha256').update(words).digest('base64url').slice(0, 8)}.txt`
  writeFileSync(join(folder, name), words)
  return name
}

/** A hash of all sources of the pages. */
function stampOf(): string {
  const hash = createHash('sha256')
  const files = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: ROOT, withFileTypes: true }))
  for (const file of files
    .filter((each) => each.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()) {
    hash.update(file).update('\0').update(readFileSync(file))
  }
  return hash.digest('hex')
}
