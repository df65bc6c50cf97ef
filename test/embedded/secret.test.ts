// The secret when none is set: a file beside the database, or memory with a warning, and never a file elsewhere.

import { deepEqual, equal, match, notEqual, ok, rejects } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createLatchkey, type LatchkeyOptions, type Overrides, SettingError } from '../../src/index.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { cleanEnvironment, runCommand, startServer, temporaryFolder } from '../support/server.ts'

const SOURCE = new URL('../../src/', import.meta.url).href

let home = ''
before(async () => {
  home = await temporaryFolder()
})
after(() => rm(home, { recursive: true, force: true }))

let folders = 0
async function freshFolder(): Promise<string> {
  folders += 1
  const folder = join(home, String(folders))
  await mkdir(folder)
  return folder
}

/** Runs a program that embeds Latchkey, in its own folder. */
async function runIn(folder: string, options: object, hooks: string, env: Readonly<Record<string, string>> = {}) {
  const program = `
    const { createLatchkey } = await import('${SOURCE}index.ts')
    const { createMemoryStore } = await import('${SOURCE}stores/memory/memory-store.ts')
    const latchkey = await createLatchkey(${JSON.stringify(options)}, ${hooks})
    const made = await latchkey.register({ username: 'mary', password: 'nine-quiet-otters-upstream' })
    console.log(made.user.username)
    await latchkey.close()`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: folder, env: cleanEnvironment(env), stdio: 'pipe' })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  await once(child, 'close')
  return { code: child.exitCode, stdout, stderr, files: (await readdir(folder)).sort() }
}

const OWN_STORE = '{ store: createMemoryStore() }'

async function open(options: LatchkeyOptions, hooks: Overrides = {}): Promise<readonly string[]> {
  const warnings: string[] = []
  const latchkey = await createLatchkey(options, { onWarning: (warning) => warnings.push(warning), ...hooks })
  await latchkey.close()
  return warnings
}

test('with the host’s store and no secret, no file is created, and a warning explains the consequences', async () => {
  const { code, stdout, stderr, files } = await runIn(await freshFolder(), {}, OWN_STORE)
  equal(code, 0, stderr)
  equal(stdout, 'mary\n')
  deepEqual(files, [])
  const warnings = stderr.split('\n').filter((line) => line.includes('LatchkeyWarning'))
  equal(warnings.length, 1, stderr)
  match(warnings[0] ?? '', /secret \(LATCHKEY_SECRET\) is not set, with a custom store: .* after a restart or in another process/)
})

test('with the host’s store and a secret, or with everything in memory, there is no file and no warning', async () => {
  const secret = 'a-secret-of-this-test-alone-0123456789'
  for (const [options, hooks] of [
    [{ secret }, OWN_STORE],
    [{ databaseUrl: 'sqlite::memory:' }, '{}'],
  ] as const) {
    const { code, stderr, files } = await runIn(await freshFolder(), options, hooks)
    equal(code, 0, stderr)
    equal(stderr, '')
    deepEqual(files, [])
  }
})

test('under NODE_ENV=production the host’s store needs a secret', async () => {
  const folder = await freshFolder()
  const options = { publicUrl: 'https://login.example.com' }
  const refused = await runIn(folder, options, OWN_STORE, { NODE_ENV: 'production' })
  equal(refused.code, 1)
  match(refused.stderr, /SettingError: secret \(LATCHKEY_SECRET\) is not set; with a custom store.* at least 32 bytes/)
  deepEqual(refused.files, [])
  const secret = 'a-secret-of-this-test-alone-0123456789'
  equal((await runIn(folder, { ...options, secret }, OWN_STORE, { NODE_ENV: 'production' })).stdout, 'mary\n')
})

test('a secret in memory is unknown to other processes: a second one with the same store does not start', async () => {
  const store = createMemoryStore()
  const first = await createLatchkey({}, { store, onWarning: () => {} })
  await rejects(createLatchkey({}, { store: { ...store, close: async () => {} }, onWarning: () => {} }), (error) => {
    ok(error instanceof Error)
    match(error.message, /LATCHKEY_SECRET/)
    return true
  })
  await first.close()
})

test('the secret file is readable by its owner only, and used again', async () => {
  const databaseUrl = `sqlite:${join(await freshFolder(), 'app.db')}`
  const path = `${databaseUrl.slice('sqlite:'.length)}.secret`
  deepEqual(await open({ databaseUrl }), [])
  const made = await readFile(path, 'utf8')
  ok(made.length >= 32)
  equal((await stat(path)).mode & 0o777, 0o600)
  deepEqual(await open({ databaseUrl }), [])
  equal(await readFile(path, 'utf8'), made)
})

test('processes that start together use one complete secret, and leave no other file', async () => {
  const folder = await freshFolder()
  const program = `
    const { readSecretFile } = await import('${SOURCE}secret-file.ts')
    process.stdin.once('data', async () => {
      const { secret, isNew } = await readSecretFile('app.db.secret')
      console.log(JSON.stringify({ secret, isNew }))
      process.exit()
    })
    console.log('ready')`
  const children = Array.from({ length: 8 }, () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: folder, env: cleanEnvironment(), stdio: 'pipe' })
    const printed: string[] = []
    child.stdout.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
    return { child, printed, ready: once(child.stdout, 'data'), closed: once(child, 'close') }
  })
  await Promise.all(children.map(({ ready }) => ready))
  for (const { child } of children) child.stdin.write('go')
  await Promise.all(children.map(({ closed }) => closed))
  const found = children.map(({ printed }) => JSON.parse(printed.join('').replace('ready\n', '')) as { secret: string; isNew: boolean })
  equal(new Set(found.map(({ secret }) => secret)).size, 1)
  equal(found.filter(({ isNew }) => isNew).length, 1)
  deepEqual(await readdir(folder), ['app.db.secret'])
})

test('a secret file readable by every user causes a warning, a writable one is refused', {
  skip: process.platform === 'win32',
}, async () => {
  const databaseUrl = `sqlite:${join(await freshFolder(), 'app.db')}`
  const path = `${databaseUrl.slice('sqlite:'.length)}.secret`
  await open({ databaseUrl })
  const made = await readFile(path, 'utf8')
  for (const [mode, count] of [
    [0o640, 0],
    [0o644, 1],
    [0o604, 1],
  ] as const) {
    await chmod(path, mode)
    const warnings = await open({ databaseUrl })
    equal(warnings.length, count, mode.toString(8))
    for (const warning of warnings) {
      match(
        warning,
        /^LATCHKEY_SECRET is in \/.*app\.db\.secret, which every user of this machine can read \(mode 06[40]4\)\. Run chmod 600/,
      )
      equal(warning.includes(made), false)
    }
  }
  await chmod(path, 0o666)
  await rejects(open({ databaseUrl }), (error) => {
    ok(error instanceof SettingError)
    match(error.message, /which every user of this machine can write to \(mode 0666\); accepted: mode 0600/)
    equal(error.message.includes(made), false)
    return true
  })
})

test('an empty or too short secret file is refused without repeating it, and left unchanged', async () => {
  const folder = await freshFolder()
  for (const [text, message] of [
    ['', /LATCHKEY_SECRET is empty in \/.*app\.db\.secret; accepted: at least 32 bytes/],
    ['\n', /LATCHKEY_SECRET is empty in/],
    ['not-so-secret', /LATCHKEY_SECRET is too short in/],
  ] as const) {
    const path = join(folder, 'app.db.secret')
    await writeFile(path, text, { mode: 0o600 })
    await rejects(open({ databaseUrl: `sqlite:${join(folder, 'app.db')}` }), (error) => {
      ok(error instanceof SettingError)
      match(error.message, message)
      equal(error.message.includes('not-so'), false)
      return true
    })
    equal(await readFile(path, 'utf8'), text)
    deepEqual(await readdir(folder), ['app.db.secret'])
  }
})

test('a folder in which no secret can be created is refused in one line, with both solutions', async () => {
  const folder = await freshFolder()
  // A file in the place of the folder: not even root can create anything there.
  await writeFile(join(folder, 'file'), '')
  for (const databaseUrl of ['sqlite:nowhere/app.db', 'sqlite:file/app.db']) {
    const { code, stderr } = await runCommand(['user', 'add', 'mary', '--database-url', databaseUrl], {
      folder,
      input: 'nine-quiet-otters-upstream',
    })
    notEqual(code, 0)
    match(stderr, /^latchkey: .*\n$/)
    match(
      stderr,
      /LATCHKEY_SECRET is not set, and the secret \/.*app\.db\.secret cannot be created \((ENOENT|ENOTDIR)\): its folder must exist and be writable\. Or set LATCHKEY_SECRET\./,
    )
  }
  deepEqual(await readdir(folder), ['file'])
})

test('in a folder that is read-only for the process, too', { skip: process.getuid?.() !== 0 }, async () => {
  const folder = await freshFolder()
  await chmod(home, 0o755)
  await chmod(folder, 0o555)
  // Loaded by root, run by an unprivileged user: the sources need not be readable for that user.
  const program = `
    const { readSecretFile } = await import('${SOURCE}secret-file.ts')
    process.setgid(65534)
    process.setuid(65534)
    await readSecretFile('app.db.secret').catch((error) => console.log(error.name + ': ' + error.message))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: folder, env: cleanEnvironment(), stdio: 'pipe' })
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  await once(child, 'close')
  match(
    printed,
    /^StoreError: LATCHKEY_SECRET is not set, and the secret \/.*app\.db\.secret cannot be created \(EACCES\): its folder must exist/,
  )
  deepEqual(await readdir(folder), [])
})

test('a command warns on standard error, a server in its log, and neither stops', { skip: process.platform === 'win32' }, async () => {
  const folder = await freshFolder()
  await runCommand(['user', 'add', 'mary'], { folder, input: 'nine-quiet-otters-upstream' })
  await chmod(join(folder, 'latchkey.db.secret'), 0o644)
  const listed = await runCommand(['user', 'list', '--json'], { folder })
  equal(listed.code, 0)
  ok(JSON.parse(listed.stdout))
  match(JSON.parse(listed.stderr).warning, /which every user of this machine can read/)
  await using server = await startServer({ folder })
  match(server.output(), /"level":40.*which every user of this machine can read/)
})
