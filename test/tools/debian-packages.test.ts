// Installing what tests need, while another apt is at work: with the real apt-get, on lists and locks of its own.

import { equal, match, ok } from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../support/server.ts'

const TOOL = new URL('../../tools/debian-packages.ts', import.meta.url).href
const skip = spawnSync('apt-get', ['--version']).status !== 0 && 'there is no apt here'

/** As apt locks: until its standard input ends. */
const HOLD = `
import fcntl, sys
lock = open(sys.argv[1], 'w')
fcntl.lockf(lock, fcntl.LOCK_EX)
print('held', flush=True)
sys.stdin.read()
`

for (const name of ['state/lists/lock', 'cache/archives/lock']) {
  test(`apt-get waits while another apt holds ${name}, and goes on when it is free`, { skip }, async () => {
    const folder = await temporaryFolder()
    for (const part of ['state/lists/partial', 'cache/archives/partial', 'etc']) await mkdir(join(folder, part), { recursive: true })
    await writeFile(join(folder, 'etc/sources.list'), '')
    await writeFile(join(folder, 'state/status'), '')
    const holder = spawn('python3', ['-c', HOLD, join(folder, name)], { stdio: ['pipe', 'pipe', 'inherit'] })
    try {
      await once(holder.stdout, 'data')
      const apart = [
        ...['-o', `Dir::State=${folder}/state`, '-o', `Dir::State::status=${folder}/state/status`, '-o', `Dir::Cache=${folder}/cache`],
        ...['-o', `Dir::Etc=${folder}/etc`, '-o', 'APT::Sandbox::User=root'],
      ]
      const command = name.startsWith('state') ? ['update'] : ['clean']
      const run = `import { aptGet } from ${JSON.stringify(TOOL)}; process.exitCode = aptGet(${JSON.stringify([...apart, ...command])}) ? 0 : 1`
      const child = spawn(process.execPath, ['--input-type=module', '-e', run], { stdio: ['ignore', 'pipe', 'pipe'] })
      const output = outputOf(child)
      const exited = once(child, 'close')
      await Promise.race([once(child.stdout, 'data'), exited])
      match(output(), /waiting for another apt/)
      equal(child.exitCode, null, 'it has not given up')
      holder.stdin.end()
      await exited
      equal(child.exitCode, 0, output())
    } finally {
      holder.kill()
      await rm(folder, { recursive: true, force: true })
    }
  })
}

test('what is no lock is no reason to wait', { skip }, () => {
  const run = `import { aptGet } from ${JSON.stringify(TOOL)}; process.exitCode = aptGet(['no-such-command']) ? 0 : 1`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', run], { encoding: 'utf8' })
  equal(status, 1)
  equal(stdout, '')
  ok(stderr.includes('no-such-command'), stderr)
})

function outputOf(child: ChildProcess): () => string {
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
    })
  return () => printed
}
