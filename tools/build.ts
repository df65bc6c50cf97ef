// npm run build: compiles with tsc and builds the pages into an empty dist/. The pages are replaced only when the new ones are ready,
// since a server may be serving them.

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
