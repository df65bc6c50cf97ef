// The package as users get it: packed, installed into an empty project, imported and run without this checkout.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { exec } from '../support/exec.ts'
import { freePort } from '../support/raw-http.ts'
import { temporaryFolder } from '../support/server.ts'
import { PASSWORD, TestClient } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'

const ROOT = new URL('../../', import.meta.url).pathname
/** The Node that runs the tests comes first. */
const PATH = [dirname(process.execPath), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
const ENV = { ...process.env, PATH, npm_config_audit: 'false', npm_config_fund: 'false', npm_config_update_notifier: 'false' }

const PROGRAM = `import { createServer } from 'node:http'
import { createLatchkey } from 'latchkey'
import { createNodeAdapter } from 'latchkey/node'
import { createExpressAdapter } from 'latchkey/express'
import { createFastifyAdapter } from 'latchkey/fastify'
import { createHonoAdapter } from 'latchkey/hono'
import { migrateExpressSession } from 'latchkey/express-session'

const latchkey = await createLatchkey({ databaseUrl: 'sqlite:app.db', port: Number(process.env.PORT) })
for (const make of [createExpressAdapter, createFastifyAdapter, createHonoAdapter, migrateExpressSession]) if (typeof make !== 'function') throw new Error('An adapter is missing')
const { handler, guard } = createNodeAdapter(latchkey)
createServer(handler(guard((request, response) => response.end('Hello, ' + request.auth.userId))))
  .listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'))
`

let project = ''
let tarball = ''
let files: readonly string[] = []
before(async () => {
  project = await temporaryFolder()
  const packed = JSON.parse(await exec('npm', ['pack', '--json', '--silent', '--pack-destination', project], { cwd: ROOT, env: ENV }))
  const [report] = Array.isArray(packed) ? packed : Object.values(packed)
  tarball = join(project, report.filename)
  files = report.files.map(({ path }: { path: string }) => path)
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }))
  await exec('npm', ['install', '--prefer-offline', tarball], { cwd: project, env: ENV })
})
after(() => rm(project, { recursive: true, force: true }))

async function startProgram(command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const child: ChildProcess = spawn(command, args, { cwd: project, env: { ...ENV, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  const collect = (chunk: Buffer) => {
    printed += chunk.toString()
  }
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  await waitFor(`${command} to be ready`, () => {
    ok(child.exitCode === null, printed)
    return /^(ready|Latchkey listens on .*)$/m.test(printed)
  })
  return { child, printed: () => printed, [Symbol.dispose]: () => void child.kill('SIGKILL') }
}

test('the tarball holds what is needed at run time, and nothing else', () => {
  const folders = new Set(files.map((file) => file.split('/')[0]))
  for (const folder of folders)
    ok(['dist', 'package.json', 'README.md', 'README.zh-CN.md', 'SECURITY.md', 'CHANGELOG.md', 'LICENSE'].includes(folder ?? ''), folder)
  for (const needed of [
    'dist/index.js',
    'dist/index.d.ts',
    'dist/adapters/node.js',
    'dist/adapters/node.d.ts',
    'dist/cli/main.js',
    'dist/client/index.js',
    'dist/client/index.d.ts',
    'dist/verify/index.js',
    'dist/verify/index.d.ts',
    'dist/assets/manifest.json',
    'package.json',
  ])
    ok(files.includes(needed), needed)
  deepEqual(
    files.filter((file) => /\.test\.|(^|\/)test\/|\.db|secret$|\.env/.test(file)),
    [],
  )
})

test('an installation gets no development dependency and no second Node', async () => {
  const installed = (await readdir(join(project, 'node_modules'))).filter((name) => !name.startsWith('.'))
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  for (const name of Object.keys(devDependencies)) {
    const isThere = existsSync(join(project, 'node_modules', name))
    equal(isThere, false, `${name} was installed`)
  }
  for (const name of Object.keys(dependencies)) ok(existsSync(join(project, 'node_modules', name)), name)
  equal(
    installed.some((name) => /^node-(bin|linux)/.test(name)),
    false,
  )
})

test('publint reports nothing', () => {
  const { status, stdout, stderr } = spawnSync('publint', ['run', '--strict', tarball], { cwd: ROOT, env: ENV, encoding: 'utf8' })
  equal(status, 0, stdout + stderr)
})

test('a program of ten lines signs users in', async () => {
  await writeFile(join(project, 'app.js'), PROGRAM)
  const port = await freePort()
  using program = await startProgram(process.execPath, ['app.js'], { PORT: String(port) })
  const visitor = new TestClient(`http://127.0.0.1:${port}`)
  equal((await visitor.callWithCookies('GET', '/')).json.code, 'session.required')
  await visitor.register('Packed', { remember: true })
  equal((await visitor.callWithCookies('GET', '/')).text, `Hello, ${visitor.userId}`)
  equal((await visitor.callWithToken('GET', '/')).text, `Hello, ${visitor.userId}`)
  equal((await visitor.call('POST', `/access/logout/${visitor.userId}`)).status, 200)
  equal((await visitor.callWithToken('GET', '/')).json.code, 'token.invalid')
  // The folder docs is not packed: what a code means and what to do is on the page itself.
  const errors = await visitor.callWithCookies('GET', '/docs/errors')
  equal(errors.status, 200)
  ok(errors.text.includes('<strong>What to do:</strong> Wait for the number of seconds in <code>Retry-After</code>'))
  equal(program.printed(), 'ready\n')
})

test('the pages are included, and the client signs in', async () => {
  await writeFile(
    join(project, 'client.js'),
    `import { createClient } from 'latchkey/client'
const client = createClient({ url: process.env.URL })
await client.register({ username: 'Scripted', password: '${PASSWORD}' })
console.log((await client.session())?.user.username ?? '', (await client.logout()).sessions)
`,
  )
  const command = join(project, 'node_modules', '.bin', 'latchkey')
  using program = await startProgram(command, ['serve'], { PORT: '0', DATABASE_URL: 'sqlite::memory:' })
  const [, url = ''] = /^Latchkey listens on (\S+?),? /m.exec(program.printed()) ?? []
  equal(await exec(process.execPath, ['client.js'], { cwd: project, env: { ...ENV, URL: url } }), 'Scripted 1\n')
  const page = await (await fetch(`${url}/sign-in`)).text()
  const paths = [...page.matchAll(/"(\/access\/assets\/[^"]+)"/g)].map(([, path = '']) => path)
  equal(paths.length, 2)
  for (const path of paths) equal((await fetch(url + path)).status, 200)
})

const EVERY_PATH = `import { AuthError, createLatchkey, type Latchkey, type LatchkeyOptions, SettingError, type User } from 'latchkey'
import { createExpressAdapter } from 'latchkey/express'
import { migrateExpressSession } from 'latchkey/express-session'
import { createFastifyAdapter } from 'latchkey/fastify'
import { createHonoAdapter } from 'latchkey/hono'
import { createNodeAdapter } from 'latchkey/node'
import { storeConformance } from 'latchkey/testing'
import { createVerifier, type VerificationResult } from 'latchkey/verify'

const options: LatchkeyOptions = { publicUrl: 'https://login.example.com', sessionIdleTimeout: '20m' }
export const latchkey: Latchkey = await createLatchkey(options, { onAlarm: ({ userId }) => console.log(userId) })
export const found: User | undefined = await latchkey.users.find('mary')
export const signedIn = await latchkey.login({ username: 'mary', password: 'nine-quiet-otters-upstream' })
if (signedIn instanceof AuthError) throw new Error(signedIn.code)
export const code: string = signedIn.user.id
export const guarded = createNodeAdapter(latchkey).guard({ role: 'admin' }, (request, response) => response.end(request.auth.userId))
export const others = [createExpressAdapter(latchkey), createFastifyAdapter(latchkey), createHonoAdapter(latchkey), migrateExpressSession, storeConformance, SettingError]
export const verdict: VerificationResult = await createVerifier({ issuer: 'https://login.example.com', serviceKey: 'key' }).verify('token')
`
const WITHOUT_FRAMEWORKS = EVERY_PATH.replace(/^.*latchkey\/(express|express-session|fastify)'\n/gm, '').replace(
  /createExpressAdapter\(latchkey\), createFastifyAdapter\(latchkey\), |migrateExpressSession, /g,
  '',
)
const CLIENT = `import { createClient } from 'latchkey/client'
export const client = createClient({ url: 'https://login.example.com' })
export const name: string = (await client.session())?.user.username ?? ''
`
const VERIFIER = `import { createVerifier, type Verifier } from 'latchkey/verify'
export const verifier: Verifier = createVerifier({ issuer: 'https://login.example.com', serviceKey: 'key' })
`

describe('a TypeScript program finds the types, and all of them are checked', () => {
  let consumer = ''
  before(async () => {
    consumer = await temporaryFolder()
    for (const name of ['package.json', 'package-lock.json'])
      await copyFile(join(ROOT, 'test/package/consumer', name), join(consumer, name))
    await exec('npm', ['ci', '--prefer-offline', '--ignore-scripts'], { cwd: consumer, env: ENV })
    await exec('npm', ['install', '--prefer-offline', '--ignore-scripts', '--no-save', tarball], { cwd: consumer, env: ENV })
  })
  after(() => rm(consumer, { recursive: true, force: true }))

  const lowest = () => join(consumer, 'node_modules/typescript/bin/tsc')
  const ours = () => join(ROOT, 'node_modules/typescript/bin/tsc')

  interface Program {
    readonly text: string
    readonly file?: string
    readonly module?: string
    readonly lib?: readonly string[]
    readonly types?: readonly string[]
    readonly folder?: string
  }

  async function compile(tsc: string, { text, file = 'app.ts', module = 'nodenext', types = ['node'], ...program }: Program) {
    const { lib = ['es2022'], folder = consumer } = program
    await writeFile(join(folder, file), text)
    const compilerOptions = {
      noEmit: true,
      strict: true,
      skipLibCheck: false,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noPropertyAccessFromIndexSignature: true,
      verbatimModuleSyntax: !file.endsWith('.cts'),
      isolatedModules: true,
      target: 'es2022',
      module,
      moduleResolution: module === 'esnext' ? 'bundler' : module,
      lib,
      types,
      typeRoots: [join(consumer, 'node_modules/@types')],
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }))
    await exec(process.execPath, [tsc, '-p', folder], { cwd: folder, env: ENV })
  }

  test('the documented lowest version of TypeScript is the tested one', async () => {
    const version = await exec(process.execPath, [lowest(), '--version'], { cwd: consumer, env: ENV })
    const [, stated] = /^Version (\d+\.\d+)\.\d+\n$/.exec(version) ?? []
    for (const page of ['README.md', 'README.zh-CN.md', 'docs/library.md'])
      match(await readFile(join(ROOT, page), 'utf8'), new RegExp(`TypeScript ${stated?.replace('.', '\\.')} `), page)
  })

  for (const [module, lib] of [
    ['nodenext', ['es2022']],
    ['node16', ['es2022', 'dom']],
    ['esnext', ['es2024', 'esnext.disposable', 'dom', 'dom.iterable']],
  ] as const) {
    test(`with TypeScript 5.7, module ${module}, the libraries ${lib.join(', ')}`, () =>
      compile(lowest(), { text: EVERY_PATH, module, lib }))
  }

  test('with TypeScript 5.7, where neither Express nor Fastify is installed', async () => {
    await compile(lowest(), { text: WITHOUT_FRAMEWORKS, folder: project })
  })

  test('with TypeScript 5.7, the client and the verifier without the types of Node', async () => {
    const alone = { module: 'esnext', types: [], folder: project }
    await compile(lowest(), { ...alone, text: CLIENT, lib: ['es2020', 'dom'] })
    await compile(lowest(), { ...alone, text: VERIFIER, lib: ['es2022', 'dom'] })
    await compile(lowest(), { ...alone, text: VERIFIER, lib: ['es2024', 'webworker'] })
  })

  test('with TypeScript 5.7 a CommonJS file imports it, and with ours it requires it', async () => {
    const imported = `async function main() {
  const { createLatchkey } = await import('latchkey')
  await (await createLatchkey({ databaseUrl: 'sqlite::memory:' })).close()
}
void main()
`
    await compile(lowest(), { text: imported, file: 'imported.cts' })
    const required = `import { createLatchkey, type Latchkey } from 'latchkey'
export const latchkey: Promise<Latchkey> = createLatchkey()
`
    await compile(ours(), { text: required, file: 'required.cts' })
  })

  test('with the TypeScript version of this project', async () => {
    await compile(ours(), { text: EVERY_PATH, lib: ['es2024', 'dom'] })
    await compile(ours(), { text: EVERY_PATH, module: 'esnext' })
  })
})

test('a CommonJS program can require every path', async () => {
  const paths = ['', '/client', '/node', '/express', '/express-session', '/fastify', '/hono', '/verify', '/testing']
  await writeFile(join(project, 'app.cjs'), paths.map((path) => `require('latchkey${path}')`).join('\n'))
  equal(await exec(process.execPath, ['app.cjs'], { cwd: project, env: ENV }), '')
})

test('the command serves, and stops on SIGTERM', async () => {
  const command = join(project, 'node_modules', '.bin', 'latchkey')
  match(await exec(command, ['--help'], { cwd: project, env: ENV }), /^Usage: latchkey /)
  using program = await startProgram(command, ['serve'], { PORT: '0' })
  const [, url = ''] = /^Latchkey listens on (\S+?),? /m.exec(program.printed()) ?? []
  await new TestClient(url).register('Served')
  program.child.kill('SIGTERM')
  await waitFor('the end', () => program.child.exitCode !== null)
  equal(program.child.exitCode, 0, program.printed())
  match(await exec(command, ['user', 'list'], { cwd: project, env: ENV }), /\bServed\b/)
})

test('another service verifies tokens by itself', async () => {
  await writeFile(
    join(project, 'service.js'),
    `import { createVerifier } from 'latchkey/verify'
const { ISSUER: issuer, SERVICE_KEY: serviceKey, TOKEN: token } = process.env
const verifier = createVerifier({ issuer, serviceKey })
await verifier.ready()
console.log((await verifier.verify(token)).ok)
verifier.close()
`,
  )
  const command = join(project, 'node_modules', '.bin', 'latchkey')
  using program = await startProgram(command, ['serve'], { PORT: '0' })
  const [, url = '', publicUrl = ''] = /^Latchkey listens on (\S+?), public URL (\S+)$/m.exec(program.printed()) ?? []
  const { key } = JSON.parse(await exec(command, ['service-key', 'create', 'shop', '--json'], { cwd: project, env: ENV }))
  const visitor = new TestClient(url)
  await visitor.register('Elsewhere')
  const verify = () =>
    exec(process.execPath, ['service.js'], { cwd: project, env: { ...ENV, ISSUER: publicUrl, SERVICE_KEY: key, TOKEN: visitor.token } })
  equal(await verify(), 'true\n')
  await visitor.callWithToken('POST', `/access/logout/${visitor.userId}`)
  equal(await verify(), 'false\n')
})
