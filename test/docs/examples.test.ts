// The examples of the README run as they stand, against a real server.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { pythonWithRequests } from '../../tools/debian-packages.ts'
import { startServer, temporaryFolder } from '../support/server.ts'
import { until } from '../support/until.ts'

const ROOT = new URL('../../', import.meta.url)

/** The fenced blocks of a language, in order. */
function blocks(file: string, language: string): readonly string[] {
  const text = readFileSync(new URL(file, ROOT), 'utf8')
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter((match) => match[1] === language).map((match) => match[2] ?? '')
}

async function run(command: string, args: readonly string[], input: string, cwd: string): Promise<string> {
  const child = spawn(command, args, { cwd, stdio: 'pipe' })
  let printed = ''
  const collect = (chunk: Buffer) => {
    printed += chunk.toString()
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  child.stdin.end(input)
  await once(child, 'close')
  assert.equal(child.exitCode, 0, printed)
  return printed
}

test('the first sign-in with curl, urllib and requests works as the README says', async () => {
  await using server = await startServer()
  const here = (text: string) => text.replaceAll('http://localhost:3000', server.url)
  const [, , curl = ''] = blocks('README.md', 'sh')
  const byCurl = await run('sh', ['-e'], here(curl), server.folder)
  assert.match(byCurl, /"username":"ada"/)
  assert.match(byCurl, /"data":\{"theme":"dark"\}/)
  assert.match(byCurl, /"ended":\{"sessions":1,"remembered":1\}/)

  const [urllib = '', requests = ''] = blocks('README.md', 'python')
  const byUrllib = await run('python3', ['-'], here(urllib), server.folder)
  assert.match(byUrllib, /grace by cookie\ntoken by header\n\{'ended': \{'sessions': 1, 'remembered': 0\}\}/)
  const byRequests = await run(pythonWithRequests() ?? 'python3', ['-'], here(requests), server.folder)
  assert.match(byRequests, /alan\n201\n\{'ended': \{'sessions': 1, 'remembered': 0\}\}/)
})

test('the ten lines with node:http serve the sign-in and guard a route of their own', async () => {
  const folder = await temporaryFolder()
  const [example = ''] = blocks('README.md', 'js')
  const port = 20_000 + (process.pid % 20_000)
  const program = example
    .replace("'latchkey/node'", `'${new URL('src/adapters/node.ts', ROOT).href}'`)
    .replace("'latchkey'", `'${new URL('src/index.ts', ROOT).href}'`)
    .replace('3000)', `${port}, '127.0.0.1')`)
  await writeFile(join(folder, 'program.mjs'), program)
  const child = spawn(process.execPath, ['program.mjs'], { cwd: folder, stdio: 'inherit' })
  const url = `http://127.0.0.1:${port}`
  const ask = async (path: string, headers: Readonly<Record<string, string>> = {}) => (await fetch(url + path, { headers })).text()
  try {
    await until('the program', async () => (await ask('/').catch(() => '')) !== '')
    assert.equal(await ask('/'), 'Not signed in: session.required')
    const body = JSON.stringify({ username: 'ada', password: 'blue-tulip-under-7-moons' })
    const answer = await fetch(`${url}/access/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const signedIn = (await answer.json()) as { readonly token: string; readonly user: { readonly code: string } }
    assert.equal(await ask('/', { authorization: signedIn.token }), `Hello, ${signedIn.user.code}`)
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    assert.equal(await ask('/', { cookie }), `Hello, ${signedIn.user.code}`)
    const posted = await fetch(url, { method: 'POST', headers: { cookie } })
    assert.equal(await posted.text(), 'Not signed in: header.required')
  } finally {
    child.kill()
    await once(child, 'exit')
    await rm(folder, { recursive: true, force: true })
  }
})

test('the README says the same in both languages', () => {
  const commands = (file: string, language: string) => blocks(file, language).map((block) => block.replace(/ +# .*/g, ''))
  for (const language of ['sh', 'python', 'js']) assert.deepEqual(commands('README.zh-CN.md', language), commands('README.md', language))
})
