// npm run build: plain tsc and the pages into dist/, from nothing, so that no file of an earlier build is left. The pages change
// places only when the new ones are there: a server may be handing them out.

import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildPages } from './build-pages.ts'
import { copyUncompiled } from './uncompiled-files.ts'

for (const name of existsSync('dist') ? readdirSync('dist') : []) {
  if (name !== 'assets') rmSync(join('dist', name), { recursive: true })
}
const { status } = spawnSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' })
if (status !== 0) process.exit(1)
copyUncompiled('dist')
chmodSync('dist/cli/main.js', 0o755)
await buildPages()
