// Bundles the script and styles of a lab page in memory.

import { build, type Rollup } from 'vite'

export interface Bundle {
  readonly script: string
  readonly style: string
}

export async function bundlePage(input: string): Promise<Bundle> {
  const { output } = (await build({
    configFile: false,
    root: new URL('..', import.meta.url).pathname,
    publicDir: false,
    logLevel: 'error',
    build: { write: false, modulePreload: false, target: 'es2022', rolldownOptions: { input } },
  })) as Rollup.RollupOutput
  const script = output.find((each) => each.type === 'chunk')?.code ?? ''
  const style = output.find((each) => each.type === 'asset' && each.fileName.endsWith('.css'))
  return { script, style: style?.type === 'asset' ? String(style.source) : '' }
}
