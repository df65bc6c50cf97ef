// The built scripts and styles of the pages, read once and kept in memory.

import { existsSync, readFileSync } from 'node:fs'

export interface Asset {
  readonly type: string
  readonly plain: Uint8Array<ArrayBuffer>
  readonly gzipped: Uint8Array<ArrayBuffer>
}

/** The files that a page loads. */
export interface Entry {
  readonly script: string
  readonly styles: readonly string[]
}

export interface Assets {
  /** Undefined when the pages are not built. */
  entry(name: 'pages' | 'account' | 'admin' | 'client' | 'words'): Entry | undefined
  file(name: string): Asset | undefined
}

type Manifest = Readonly<Record<string, Entry>>

interface Built {
  readonly manifest: Manifest
  readonly files: ReadonlyMap<string, Asset>
}

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
}

/** The build output: the same relative path in the checkout and in the installed package. */
const BUILT = new URL('../../dist/assets/', import.meta.url)

/** The built assets, read at first use. */
export const BUILT_ASSETS = readAssets()

/** @param folder a URL with a trailing slash */
export function readAssets(folder: URL = BUILT): Assets {
  let built: Built | undefined
  const load = () => {
    built ??= readBuilt(folder)
    return built
  }
  return {
    entry: (name) => load()?.manifest[name],
    file: (name) => load()?.files.get(name),
  }
}

/** Reads all files of the manifest at once, so that a rebuild never mixes two versions. */
function readBuilt(folder: URL): Built | undefined {
  const manifestUrl = new URL('manifest.json', folder)
  if (!existsSync(manifestUrl)) return undefined
  const manifest = JSON.parse(readFileSync(manifestUrl, 'utf8')) as Manifest
  const names = Object.values(manifest).flatMap(({ script, styles }) => [script, ...styles])
  const read = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)))
  const files = names.map((name) => [name, { type: typeOf(name), plain: read(name), gzipped: read(`${name}.gz`) }] as const)
  return { manifest, files: new Map(files) }
}

function typeOf(name: string): string {
  return TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
}
