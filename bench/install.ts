// The benchmark's own packages, fetched when they are missing or others than they should be.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const folder = new URL('.', import.meta.url)
const { dependencies } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as { dependencies: Record<string, string> }

function isThere(name: string, version: string): boolean {
  try {
    return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, folder), 'utf8')).version === version
  } catch {
    return false
  }
}

if (!Object.entries(dependencies).every(([name, version]) => isThere(name, version))) {
  process.stderr.write('Fetching what the benchmark needs…\n')
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--silent'], {
    cwd: folder,
    stdio: 'inherit',
  })
}
