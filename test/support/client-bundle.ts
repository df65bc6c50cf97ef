// latchkey/client as an application bundles it.

import { build, type Rollup } from 'vite'

const ROOT = new URL('../../', import.meta.url).pathname

/** One minified module of it, as text. @param entry from the project's root */
export async function clientBundle(entry = 'src/client/index.ts'): Promise<string> {
  const built = (await build({
    configFile: false,
    root: ROOT,
    publicDir: false,
    logLevel: 'error',
    build: { write: false, minify: true, target: 'es2022', lib: { entry, formats: ['es'] } },
  })) as readonly Rollup.RollupOutput[]
  const [chunk, ...others] = built.flatMap(({ output }) => output)
  if (chunk?.type !== 'chunk' || others.length > 0) throw new Error('the client was built into more than one file')
  return chunk.code
}
