// npm run build: plain tsc and the pages into dist/, from nothing, so that no file of an earlier build is left.

import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { buildPages } from './build-pages.ts'

rmSync('dist', { recursive: true, force: true })
const { status } = spawnSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' })
if (status !== 0) process.exit(1)
chmodSync('dist/cli/main.js', 0o755)
await buildPages()
