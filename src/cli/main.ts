#!/usr/bin/env node
// The latchkey command: looks at the Node that runs it, and only then loads the rest, which an older one could not.

import module from 'node:module'

const OLDEST = [24, 16] as const

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(`latchkey: this is Node ${process.versions.node}; needed: ${OLDEST.join('.')} or newer.\n`)
  process.exitCode = 2
} else {
  // Halves the time to the first answer. Where it cannot be written, it does nothing.
  module.enableCompileCache()
  await import('./program.ts')
}
