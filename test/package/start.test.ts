// Tests `npm start` in a checkout without a build: it builds the pages, and rebuilds them only if a source has changed.

import { equal, match, notEqual, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, readFileSync, statSync } from 'node:fs'
import { cp, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { exec } from '../support/exec.ts'
import { cleanEnvironment, temporaryFolder } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'

const ROOT = new URL('../../', import.meta.url).pathname

let checkout = ''
before(async () => {
  checkout = await temporaryFolder()
  for (const name of ['src', 'console', 'tools', 'package.json', 'package-lock.json'])
    await cp(join(ROOT, name), join(checkout, name), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(checkout, 'node_modules'))
})
after(() => rm(checkout, { recursive: true, force: true }))

const MANIFEST = 'dist/assets/manifest.json'
const manifest = () => readFileSync(join(checkout, MANIFEST), 'utf8')
const builtAt = () => statSync(join(checkout, MANIFEST)).mtimeMs
const build = () => exec(process.execPath, ['tools/build-pages.ts', '--if-stale'], { cwd: checkout })

test('npm start builds missing pages and serves them', async () => {
  const child = spawn('npm', ['start'], { cwd: checkout, env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
    })
  const ended = once(child, 'exit')
  try {
    await waitFor('the start', () => /^Latchkey listens on/m.test(printed) || child.exitCode !== null)
    const [, url = ''] = /^Latchkey listens on (\S+?),? /m.exec(`${printed} `) ?? []
    match(printed, /^pages built in/m)
    const page = await (await fetch(`${url}/sign-in`)).text()
    for (const [, path] of page.matchAll(/"(\/access\/assets\/[^"]+)"/g)) equal((await fetch(url + path)).status, 200)
    equal((await fetch(`${url}/account`, { redirect: 'manual' })).status, 303)
  } finally {
    // npm and its children are one process group.
    process.kill(-(child.pid ?? 0), 'SIGTERM')
    await ended
  }
})

test('rebuilds only changed pages', async () => {
  const [before, time] = [manifest(), builtAt()]
  await build()
  equal(builtAt(), time)
  appendFileSync(join(checkout, 'src/pages/pages.css'), '\nmain { outline: 0; }\n')
  await build()
  notEqual(manifest(), before)
  ok(manifest().includes('account-'))
})
