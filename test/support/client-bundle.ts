// Bundles of latchkey/client, as an application would build them.

import { relative } from 'node:path'
import { build, type Rollup } from 'vite'

const ROOT = new URL('../../', import.meta.url).pathname

export interface Bundle {
  readonly code: string
  /** Its source files, relative to the project root. */
  readonly sources: readonly string[]
  /** The code of dynamically imported modules. */
  readonly dynamic: readonly string[]
}

/** Returns the client as one module, with its dynamic imports inlined. */
export async function clientBundle(): Promise<string> {
  return (await bundle('src/client/index.ts', { whole: true })).code
}

/** Builds a minified module and its dynamic imports. @param entry a path relative to the project root */
export async function bundle(entry: string, { whole = false } = {}): Promise<Bundle> {
  const outputs = (await build({
    configFile: false,
    root: ROOT,
    publicDir: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      modulePreload: false,
      lib: { entry, formats: ['es'] },
      // For a library, Vite alone keeps white space.
      rolldownOptions: { output: { minify: true, codeSplitting: !whole } },
    },
  })) as readonly Rollup.RollupOutput[]
  const chunks = outputs.flatMap(({ output }) => output).filter((each) => each.type === 'chunk')
  const chunk = chunks.find(({ isEntry }) => isEntry)
  if (chunk === undefined) throw new Error(`The build of ${entry} has no entry chunk`)
  return {
    code: chunk.code,
    sources: chunk.moduleIds.map((id) => relative(ROOT, id)),
    dynamic: chunks.filter((each) => each !== chunk).map(({ code }) => code),
  }
}
