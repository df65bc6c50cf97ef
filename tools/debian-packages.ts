// Installs the clients and services that tests use: as root on Debian; elsewhere it prints the command to run.

import { spawnSync } from 'node:child_process'

/** Debian packages of Python modules that tests and examples use. */
const PYTHON_MODULES = {
  requests: 'python3-requests',
  jwt: 'python3-jwt',
  cryptography: 'python3-cryptography',
  authlib: 'python3-authlib',
  jose: 'python3-jose',
}

/** @param packages Debian packages by a command that each contains */
export function installMissing(packages: Readonly<Record<string, string>>): void {
  const missing = Object.entries(packages).flatMap(([command, name]) =>
    commandSucceeds('sh', ['-c', `command -v ${command}`]) ? [] : [name],
  )
  const python = Object.entries(PYTHON_MODULES).flatMap(([module, name]) => (pythonWith(module) === undefined ? ['python3', name] : []))
  // Without this font, screenshots of Chinese pages show boxes.
  const font = commandSucceeds('sh', ['-c', 'fc-list :lang=zh family | grep -q .']) ? [] : ['fontconfig', 'fonts-wqy-microhei']
  const wanted = [...new Set([...missing, ...python, ...font])]
  if (wanted.length === 0) return
  const steps = [['update'], ['install', '--yes', '--no-install-recommends', ...wanted]]
  const install = steps.map((step) => `apt-get ${step.join(' ')}`).join(' && ')
  if (process.getuid?.() !== 0 || !commandSucceeds('sh', ['-c', 'command -v apt-get'])) {
    process.stderr.write(`Tests need clients that are not installed. On Debian, run as root:\n  ${install}\n`)
    process.exit(1)
  }
  process.stdout.write(`installing ${wanted.join(', ')}\n`)
  if (!steps.every(aptGet)) {
    process.stderr.write(`The packages could not be installed. Run as root:\n  ${install}\n`)
    process.exit(1)
  }
}

/** How long to wait for another apt, in milliseconds. */
const LOCK_TIMEOUT_MS = 600_000
const LOCK_RETRY_MS = 2_000
const IS_LOCKED = /Could not get lock|Unable to lock|Unable to acquire the dpkg frontend lock/

/**
 * Runs apt-get, and waits while another apt holds a lock: apt itself waits only for the lock of dpkg, not for those of the lists and
 * the downloads. Returns whether it succeeded.
 */
export function aptGet(args: readonly string[]): boolean {
  const options = ['-o', `DPkg::Lock::Timeout=${LOCK_TIMEOUT_MS / 1000}`]
  for (const began = performance.now(); ; ) {
    const { status, stderr } = spawnSync('apt-get', [...options, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    })
    if (status === 0) return true
    if (!IS_LOCKED.test(stderr) || performance.now() - began > LOCK_TIMEOUT_MS) {
      process.stderr.write(stderr)
      return false
    }
    process.stdout.write('waiting for another apt\n')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_RETRY_MS)
  }
}

/** A Python with this module; the one of Debian if another comes first in PATH. */
export function pythonWith(module: string): string | undefined {
  return ['python3', '/usr/bin/python3'].find((python) => commandSucceeds(python, ['-c', `import ${module}`]))
}

function commandSucceeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}
