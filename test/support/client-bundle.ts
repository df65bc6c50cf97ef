// latchkey/client as an application bundles it.

import { relative } from 'node:path'
import { build, type Rollup } from 'vite'

const ROOT = new URL('../../', import.meta.url).pathname

export interface Bundle {
  readonly code: string
  /** The source files in it, from the project's root. */
  readonly sources: readonly string[]
  /** Modules that are loaded when they are needed. */
  readonly later: readonly string[]
}

/** As text, with what it loads when needed in it. */
export async function clientBundle(): Promise<string> {
  return (await bundle('src/client/index.ts', { whole: true })).code
}

/** A minified module, and apart from it what it loads when needed. @param entry from the project's root */
export async function bundle(entry: string, { whole = false } = {}): Promise<Bundle> {
  const built = (await build({
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
      // Of a library, Vite alone leaves the white space.
      rolldownOptions: { output: { minify: true, codeSplitting: !whole } },
    },
  })) as readonly Rollup.RollupOutput[]
  const chunks = built.flatMap(({ output }) => output).filter((each) => each.type === 'chunk')
  const chunk = chunks.find(({ isEntry }) => isEntry)
  if (chunk === undefined) throw new Error(`${entry} was built into nothing`)
  return {
    code: chunk.code,
    sources: chunk.moduleIds.map((id) => relative(ROOT, id)),
    later: chunks.filter((each) => each !== chunk).map(({ code }) => code),
  }
}
