#!/usr/bin/env node
// The latchkey command: checks the Node version before it loads the rest, which an older Node cannot load.

import module from 'node:module'

const OLDEST = [24, 16] as const

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(`latchkey: this is Node ${process.versions.node}; required: ${OLDEST.join('.')} or later.\n`)
  process.exitCode = 2
} else {
  // Halves the start time. Without a writable cache folder it does nothing.
  module.enableCompileCache()
  await import('./program.ts')
}
