// npm run example NAME: starts an example with the sources of this checkout.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'

const [name = '', ...more] = process.argv.slice(2)
const program = `examples/${name}/server.ts`
if (name === '' || !existsSync(program)) {
  const names = readdirSync('examples').filter((each) => existsSync(`examples/${each}/server.ts`))
  process.stderr.write(`Usage: npm run example NAME. Names: ${names.join(', ')}. For other examples, read their README.md.\n`)
  process.exit(2)
}
spawnSync(process.execPath, ['tools/build-pages.ts', '--if-stale'], { stdio: 'inherit' })
const { status } = spawnSync(process.execPath, ['--import', './tools/from-sources.ts', program, ...more], { stdio: 'inherit' })
process.exit(status ?? 1)
