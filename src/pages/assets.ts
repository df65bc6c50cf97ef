// Scripts and styles as they were built, read once and kept.

import { existsSync, readFileSync } from 'node:fs'

export interface Asset {
  readonly type: string
  readonly plain: Uint8Array<ArrayBuffer>
  readonly gzipped: Uint8Array<ArrayBuffer>
}

/** What a page loads: names of files. */
export interface Entry {
  readonly script: string
  readonly styles: readonly string[]
}

export interface Assets {
  /** Undefined where the pages were not built. */
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

/** The folder of what was built, from the sources and from the installed package alike. */
const BUILT = new URL('../../dist/assets/', import.meta.url)

/** What was built, read when it is first asked for. */
export const BUILT_ASSETS = readAssets()

/** @param folder a URL with a slash at its end */
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

/** All at once, so that pages which are built anew meanwhile never come in halves. Nothing but what the manifest lists. */
function readBuilt(folder: URL): Built | undefined {
  const list = new URL('manifest.json', folder)
  if (!existsSync(list)) return undefined
  const manifest = JSON.parse(readFileSync(list, 'utf8')) as Manifest
  const names = Object.values(manifest).flatMap(({ script, styles }) => [script, ...styles])
  const read = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)))
  const files = names.map((name) => [name, { type: typeOf(name), plain: read(name), gzipped: read(`${name}.gz`) }] as const)
  return { manifest, files: new Map(files) }
}

function typeOf(name: string): string {
  return TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
}
