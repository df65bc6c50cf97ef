// latchkey/client as an application bundles it.

import { relative } from 'node:path'
import { build, type Rollup } from 'vite'

const ROOT = new URL('../../', import.meta.url).pathname

export interface Bundle {
  readonly code: string
  /** The source files in it, from the project's root. */
  readonly sources: readonly string[]
}

/** As text. */
export async function clientBundle(): Promise<string> {
  return (await bundle('src/client/index.ts')).code
}

/** One minified module. @param entry from the project's root */
export async function bundle(entry: string): Promise<Bundle> {
  const built = (await build({
    configFile: false,
    root: ROOT,
    publicDir: false,
    logLevel: 'error',
    build: { write: false, minify: true, target: 'es2022', lib: { entry, formats: ['es'] } },
  })) as readonly Rollup.RollupOutput[]
  const [chunk, ...others] = built.flatMap(({ output }) => output).filter((each) => each.type === 'chunk')
  if (chunk === undefined || others.length > 0) throw new Error(`${entry} was built into more than one script`)
  return { code: chunk.code, sources: chunk.moduleIds.map((id) => relative(ROOT, id)) }
}
