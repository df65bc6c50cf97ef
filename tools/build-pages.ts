// npm run pages: builds what browsers load into dist/assets/. With --if-stale only where something has changed since, so that
// every start may ask.

import { createHash } from 'node:crypto'
import { existsSync, globSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'

const ROOT = new URL('../', import.meta.url).pathname
const BUILT = join(ROOT, 'dist/assets')
const STAMP = join(BUILT, 'sources.sha256')

/** Built apart, so that no page waits for what another one needs. */
const ENTRIES: Readonly<Record<string, string>> = {
  pages: 'src/pages/script/main.ts',
  account: 'console/account/main.tsx',
  admin: 'console/admin/main.tsx',
  client: 'src/client/index.ts',
}
/** What the hint of a password's strength knows: the same words as the server. */
const WORDS = 'src/platform/guessing/words.gz'
const SOURCES = ['src/{client,pages,domain,http}/**/*', WORDS, 'console/**/*', 'package-lock.json', 'tools/build-pages.ts']

interface Built {
  readonly [source: string]: { readonly file: string; readonly isEntry?: boolean; readonly css?: readonly string[] }
}

if (import.meta.main) {
  const stamp = stampOf()
  if (!process.argv.includes('--if-stale') || !existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== stamp) await buildPages(stamp)
}

/** Builds beside the old ones and then takes their place, so that a server never serves half of it. */
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
      // Warnings here are about directives that the kit's files carry for other frameworks.
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
          // One file each: what a module loads later has no path of its own here.
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
    if (entry === undefined) throw new Error(`${source} was built into nothing`)
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
  // Not to standard output, which belongs to whoever asked for a build: `npm pack --json`.
  process.stderr.write(`pages built in ${((performance.now() - began) / 1000).toFixed(1)} s\n`)
}

/** Under a name that carries a hash of it, like everything else that browsers keep. */
function publishWords(folder: string): string {
  const words = gunzipSync(readFileSync(join(ROOT, WORDS)))
  const name = `words-${createHash('sha256').update(words).digest('base64url').slice(0, 8)}.txt`
  writeFileSync(join(folder, name), words)
  return name
}

/** A hash of everything that the pages are made of. */
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
