// Installs the packages of the benchmark if one is missing or has another version.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const folder = new URL('.', import.meta.url)
const { dependencies } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as { dependencies: Record<string, string> }

function isInstalled(name: string, version: string): boolean {
  try {
    return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, folder), 'utf8')).version === version
  } catch {
    return false
  }
}

if (!Object.entries(dependencies).every(([name, version]) => isInstalled(name, version))) {
  process.stderr.write('Installing the packages of the benchmark…\n')
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--silent'], {
    cwd: folder,
    stdio: 'inherit',
  })
}
