// Resolves `latchkey` and its exports to the sources, for examples in the checkout, where the package is not installed:
// node --import ./tools/from-sources.ts examples/express/server.ts

import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const ROOT = new URL('../', import.meta.url)
const manifest: { readonly exports: Readonly<Record<string, { readonly default: string } | string>> } = JSON.parse(
  readFileSync(new URL('package.json', ROOT), 'utf8'),
)

registerHooks({
  resolve(specifier, context, next) {
    const exported = /^latchkey(\/.*)?$/.test(specifier) ? manifest.exports[specifier.replace('latchkey', '.')] : undefined
    if (exported === undefined || typeof exported === 'string') return next(specifier, context)
    const source = exported.default.replace(/^\.\/dist\/(.*)\.js$/, './src/$1.ts')
    return { url: new URL(source, ROOT).href, shortCircuit: true }
  },
})
