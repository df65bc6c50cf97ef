// The examples of the README and the docs, run unchanged against a real server.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { MINUTE } from '../../src/domain/time.ts'
import { loadSettings } from '../../src/server/load-settings.ts'
import { pythonWith } from '../../tools/debian-packages.ts'
import { freePort } from '../support/raw-http.ts'
import { MAIN, startServer, temporaryFolder } from '../support/server.ts'
import { TestClient } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'
import { makeServiceKey } from '../verify/verifier-fixture.ts'

const ROOT = new URL('../../', import.meta.url)

/** The code blocks of a language, in order. */
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
  const withServerUrl = (text: string) => text.replaceAll('http://localhost:3000', server.url)
  const curl = blocks('README.md', 'sh').find((block) => block.startsWith('curl')) ?? ''
  const byCurl = await run('sh', ['-e'], withServerUrl(curl), server.folder)
  assert.match(byCurl, /"username":"ada"/)
  assert.match(byCurl, /"data":\{"theme":"dark"\}/)
  assert.match(byCurl, /"ended":\{"sessions":1,"rememberMe":1\}/)

  const [urllib = '', requests = ''] = blocks('README.md', 'python')
  const byUrllib = await run('python3', ['-'], withServerUrl(urllib), server.folder)
  assert.match(byUrllib, /grace by cookie\ntoken by header\n\{'ended': \{'sessions': 1, 'rememberMe': 0\}\}/)
  const byRequests = await run(pythonWith('requests') ?? 'python3', ['-'], withServerUrl(requests), server.folder)
  assert.match(byRequests, /alan\n201\n\{'ended': \{'sessions': 1, 'rememberMe': 0\}\}/)
})

test('the sample of the README with Express signs in and guards its routes', async () => {
  const folder = await temporaryFolder()
  const [example = ''] = blocks('README.md', 'js')
  const port = await freePort()
  const program = example.replace('sqlite:app.db', `sqlite:${folder}/app.db`).replace('listen(3000)', `listen(${port}, '127.0.0.1')`)
  const args = ['--import', './tools/from-sources.ts', '--input-type=module', '--eval', program]
  const child = spawn(process.execPath, args, { cwd: ROOT.pathname, stdio: 'inherit' })
  const url = `http://127.0.0.1:${port}`
  const ask = async (path: string, headers: Readonly<Record<string, string>> = {}) => (await fetch(url + path, { headers })).text()
  try {
    await waitFor('the program', async () => {
      assert.equal(child.exitCode, null)
      return (await ask('/').catch(() => '')) !== ''
    })
    assert.equal(JSON.parse(await ask('/')).code, 'session.required')
    const body = JSON.stringify({ username: 'ada', password: 'blue-tulip-under-7-moons' })
    const answer = await fetch(`${url}/access/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const signedIn = (await answer.json()) as { readonly token: string; readonly user: { readonly id: string } }
    assert.equal(await ask('/', { authorization: signedIn.token }), `Hello, ${signedIn.user.id}`)
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    assert.equal(await ask('/', { cookie }), `Hello, ${signedIn.user.id}`)
    const posted = await fetch(`${url}/orders`, { method: 'POST', headers: { cookie } })
    assert.equal(((await posted.json()) as { readonly code: string }).code, 'csrf.header_required')
    const ordered = await fetch(`${url}/orders`, { method: 'POST', headers: { authorization: signedIn.token } })
    assert.deepEqual([ordered.status, await ordered.json()], [201, { for: signedIn.user.id }])
  } finally {
    child.kill()
    if (child.exitCode === null) await once(child, 'exit')
    await rm(folder, { recursive: true, force: true })
  }
})

test('the examples of the HTTP guide run in order', async () => {
  await using server = await startServer()
  const withServerUrl = (text: string) => text.replaceAll('http://localhost:3000', server.url)
  const script = withServerUrl(blocks('docs/http.md', 'sh').join('\n'))
  // Stops at the first error, with the output of the examples before it.
  const latchkey = `latchkey() { ${process.execPath} ${MAIN} "$@"; }\n`
  const strict = `${latchkey}curl() { command curl --fail-with-body "$@" && echo; }\nset -o pipefail\n`
  const printed = await run('bash', ['-e'], strict + script, server.folder)
  assert.match(printed, /"data":\{"theme":"dark","cart":\{"tea":2\}\},"version":2/)
  assert.match(printed, /"data":\{"theme":"dark"\},"version":3/)
  assert.match(printed, /"data":\{"seen":"tour"\}/)
  assert.match(printed, /Remote-User: mary/i)
  assert.match(printed, /^event: heartbeat$/m)
  assert.equal(printed.match(/^\{"ended":/gm)?.length, 4)

  const [shape = '{}'] = blocks('docs/http.md', 'json')
  const [registered = '{}'] = printed.split('\n')
  assert.deepEqual(shapeOf(JSON.parse(registered)), shapeOf(JSON.parse(shape)))
})

test('the examples of the administration guide run in order', async () => {
  await using server = await startServer()
  const script = blocks('docs/administration.md', 'sh').join('\n').replaceAll('http://localhost:3000', server.url)
  const npm = `npm() { shift 3; echo nine-amber-lanterns-adrift | ${process.execPath} ${MAIN} "$@"; }\n`
  const strict = `${npm}curl() { command curl --fail-with-body "$@" && echo; }\nset -o pipefail\n`
  const printed = await run('bash', ['-e'], strict + script, server.folder)
  assert.match(printed, /^Added root \(usr_\S+\) with the roles admin\.$/m)
  assert.match(printed, /"roles":\["editor","author"\],"disabled":false/)
  assert.match(printed, /"disabled":true/)
  assert.match(printed, /"action":"account\.disable".*"by":"admin"/)
  assert.equal(printed.match(/^\{"ended":/gm)?.length, 3)
  assert.match(printed, /^\{"removed":"[^"]+","service":"orders"\}$/m)
  assert.match(printed, /^\{"signing":"[^"]+","next":"[^"]+"\}$/m)
})

/** The member names of an object and the types of their values, at every depth. */
function shapeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]))
}

test('a page gets a token with its cookies and sends it by fetch and in both ways of jQuery', async () => {
  await using server = await startServer()
  const body = JSON.stringify({ username: 'ada', password: 'blue-tulip-under-7-moons' })
  const headers = { 'content-type': 'application/json' }
  const registered = await fetch(`${server.url}/access/register`, { method: 'POST', headers, body })
  const cookie = registered.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const seen: (readonly [string, number])[] = []
  /** Sends a request as a browser does: with the page's origin, and with cookies if the page requests credentials. */
  const browse = async (url: string, { credentials, ...init }: RequestInit) => {
    const sent = new Headers(init.headers)
    sent.set('origin', server.publicUrl)
    if (credentials === 'include') sent.set('cookie', cookie)
    const answer = await fetch(url, { ...init, headers: sent })
    seen.push([new URL(url).pathname.split('/').slice(0, 3).join('/'), answer.status])
    return answer
  }
  const ajax = ({ url, headers: given, beforeSend }: AjaxSettings) => {
    const sent = new Headers(given)
    beforeSend?.({ setRequestHeader: (name, value) => sent.set(name, value) })
    return browse(url, { headers: sent })
  }
  const page = blocks('docs/http.md', 'js').join('\n').replaceAll('http://localhost:3000', server.url)
  await new Function('fetch', '$', `return (async () => {${page}})()`)(browse, { ajax })
  assert.deepEqual(seen, [
    ['/access/token', 200],
    ['/access/session', 200],
    ['/access/session', 200],
    ['/access/logout', 200],
  ])
})

interface AjaxSettings {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly beforeSend?: (request: { setRequestHeader(name: string, value: string): void }) => void
}

test('the node:http service of the verification guide refuses a token once its session is revoked', async () => {
  await using server = await startServer()
  const key = await makeServiceKey(server)
  const [example = ''] = blocks('docs/verify.md', 'js')
  const port = await freePort()
  const program = example
    .replace("'latchkey/verify'", `'${new URL('src/verify/index.ts', ROOT).href}'`)
    .replace('http://localhost:3000', server.publicUrl)
    .replace('4000)', `${port}, '127.0.0.1')`)
  await writeFile(join(server.folder, 'service.mjs'), program)
  const child = spawn(process.execPath, ['service.mjs'], {
    cwd: server.folder,
    stdio: 'inherit',
    env: { ...process.env, SERVICE_KEY: key },
  })
  const ask = async (authorization: string) => (await fetch(`http://127.0.0.1:${port}/`, { headers: { authorization } })).text()
  try {
    await waitFor('the service', async () => (await ask('').catch(() => '')) === 'malformed')
    const visitor = new TestClient(server.url)
    await visitor.register('ada')
    assert.equal(await ask(`Bearer ${visitor.token}`), `Hello, ${visitor.userId}`)
    await visitor.callWithToken('POST', `/access/logout/${visitor.userId}`)
    await waitFor('a refusal', async () => (await ask(`Bearer ${visitor.token}`)) === 'session_ended')
  } finally {
    child.kill()
    await once(child, 'exit')
  }
})

test('the examples of the library run as one program', async () => {
  const folder = await temporaryFolder()
  try {
    const program = blocks('docs/library.md', 'ts')
      .join('\n')
      .replace("'latchkey'", `'${new URL('src/index.ts', ROOT).href}'`)
    await writeFile(join(folder, 'program.mts'), program)
    const printed = await run(process.execPath, ['program.mts'], '', folder)
    assert.match(printed, /^mary [\w-]{22}\n\{ sessions: 2, rememberMe: 0 \}\n$/)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

for (const page of ['docs/frameworks.md', 'docs/migrating.md'])
  for (const [index, block] of blocks(page, 'ts').entries())
    test(`${page}: example ${index + 1} starts as it stands`, async () => {
      const folder = await temporaryFolder()
      const program = block.replace('sqlite:app.db', `sqlite:${folder}/app.db`).replace('listen(3000)', "listen(0, '127.0.0.1')")
      const printed = await run(
        process.execPath,
        [
          '--import',
          './tools/from-sources.ts',
          '--input-type=module-typescript',
          '--eval',
          `${program}\nconsole.log('started')\nprocess.exit(0)`,
        ],
        '',
        ROOT.pathname,
      )
      assert.match(printed, /started/)
      await rm(folder, { recursive: true, force: true })
    })

test('the configuration file of the settings page is accepted', async () => {
  const folder = await temporaryFolder()
  try {
    const [example = ''] = blocks('docs/settings.md', 'ts')
    await writeFile(join(folder, 'latchkey.config.ts'), example)
    const settings = await loadSettings({}, folder)
    assert.equal(settings.sessionIdleTimeout, 30 * MINUTE)
    assert.deepEqual(settings.allowedOrigins, ['https://app.example.com'])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('the README says the same in both languages', () => {
  const commands = (file: string, language: string) => blocks(file, language).map((block) => block.replace(/ +# .*/g, ''))
  for (const language of ['sh', 'python', 'js']) assert.deepEqual(commands('README.zh-CN.md', language), commands('README.md', language))
})
