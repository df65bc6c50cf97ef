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
  entry(name: 'pages' | 'account'): Entry | undefined
  file(name: string): Asset | undefined
}

type Manifest = Readonly<Record<string, Entry>>

const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' }

/** The folder of what was built, from the sources and from the installed package alike. */
const BUILT = new URL('../../dist/assets/', import.meta.url)

/** @param folder a URL with a slash at its end */
export function readAssets(folder: URL = BUILT): Assets {
  const files = new Map<string, Asset>()
  let manifest: Manifest | undefined
  let listed: ReadonlySet<string> = new Set()

  function read(): Manifest {
    if (manifest === undefined && existsSync(new URL('manifest.json', folder))) {
      manifest = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as Manifest
      listed = new Set(Object.values(manifest).flatMap(({ script, styles }) => [script, ...styles]))
    }
    return manifest ?? {}
  }

  return {
    entry: (name) => read()[name],
    file(name) {
      read()
      // Nothing but what the manifest lists, so no name leads anywhere else.
      if (!listed.has(name)) return undefined
      const kept = files.get(name)
      if (kept) return kept
      const asset = {
        type: TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
        plain: new Uint8Array(readFileSync(new URL(name, folder))),
        gzipped: new Uint8Array(readFileSync(new URL(`${name}.gz`, folder))),
      }
      files.set(name, asset)
      return asset
    },
  }
}
