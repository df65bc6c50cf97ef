// After a full flow, no file, log, list or response contains a credential or password.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type RunningServer, runCommand, startServer } from '../support/server.ts'
import { PASSWORD, TestClient, type TestResponse } from '../support/test-client.ts'

let server: RunningServer
before(async () => {
  server = await startServer()
})
after(() => server[Symbol.asyncDispose]())

const NEXT = 'seven-moons-over-a-tulip'
const TYPO = 'seven-moons-under-a-tulip'
const CLIENT_SECRET = 'drawer-behind-the-clock'

/** Every secret that must not be found, by its description. */
const secrets = new Map<string, string>()

function keep(what: string, value: string): void {
  ok(value.length > 8, `${what} is a secret`)
  secrets.set(what, value)
}

/** A credential `<id>.<secret>`, its secret alone, and the bytes of the secret in other encodings. */
function keepCredential(what: string, credential: string): void {
  keep(what, credential)
  const secret = credential.slice(credential.indexOf('.') + 1)
  keep(`${what}: secret`, secret)
  const bytes = Buffer.from(secret, 'base64url').subarray(0, 32)
  keep(`${what}: random bytes in base64url`, bytes.toString('base64url').slice(0, 40))
  keep(`${what}: random bytes in base64`, bytes.toString('base64').slice(0, 40))
  keep(`${what}: random bytes in hex`, bytes.toString('hex'))
  keep(`${what}: random bytes`, bytes.toString('latin1'))
}

function keepToken(what: string, token: string): void {
  keep(what, token)
  keep(`${what}: signature`, token.split('.')[2] ?? '')
}

function keepAll(what: string, client: TestClient): void {
  keepToken(`token of ${what}`, client.token)
  if (client.cookie('session') !== '') keepCredential(`session of ${what}`, client.cookie('session'))
  if (client.cookie('remember') !== '') keepCredential(`remember-me login of ${what}`, client.cookie('remember'))
  if (client.cookie('known') !== '') keep(`known device of ${what}`, client.cookie('known'))
}

function assertContainsNone(where: string, content: string | Buffer): void {
  const text = typeof content === 'string' ? content : content.toString('latin1')
  for (const [what, secret] of secrets) equal(text.includes(secret), false, `${what} is in ${where}`)
}

/** Signs in in every way, keeps some sign-ins and revokes others, and mistypes some input. */
async function runFullFlow(): Promise<{ active: TestClient; answers: readonly TestResponse[] }> {
  keep('password', PASSWORD)
  keep('password in base64', Buffer.from(PASSWORD).toString('base64'))
  keep('new password', NEXT)
  keep('mistyped password', TYPO)
  const active = new TestClient(server.url)
  await active.register('Sam', { remember: true, email: 'sam@example.com' })
  keepAll('the registration', active)
  active.restartBrowser()
  await active.refreshToken()
  keepAll('the resumed session', active)
  const changed = await active.call('POST', '/access/password', { body: { current: PASSWORD, next: NEXT } })
  active.signedIn(changed, 200)
  keepAll('the new password', active)
  await active.login('Sam', { password: NEXT, remember: true })
  keepAll('the login', active)

  const signedOut = new TestClient(server.url)
  const byHeader = await signedOut.login('Sam', { password: NEXT, delivery: 'header' })
  keepToken('token beside a header session', signedOut.token)
  keepCredential('header session', byHeader.json.sessionCredential)
  const headers = { authorization: `Session ${byHeader.json.sessionCredential}` }
  equal((await signedOut.callWithCookies('POST', `/access/logout/${signedOut.userId}`, { headers })).status, 200)

  await active.call('PUT', '/access/client-data', { body: { data: { drawer: CLIENT_SECRET } } })
  keep('client data', CLIENT_SECRET)
  const answers = [
    await active.callWithCookies('POST', '/access/login', { body: { username: 'Sam', password: TYPO } }),
    // The password in the place of the name, as happens when typing fast; and a token in a query and a path.
    await new TestClient(server.url).callWithCookies('POST', '/access/login', { body: { username: NEXT, password: 'x' } }),
    await active.callWithCookies('GET', `/access/session?token=${active.token}`),
    await active.callWithCookies('GET', `/nowhere/${active.token}`),
    await active.callWithCookies('GET', '/access/session', {
      headers: { authorization: `Basic ${Buffer.from(`Sam:${NEXT}`).toString('base64')}` },
    }),
    await active.call('GET', '/access/session', { headers: { 'user-agent': 'a browser' } }),
    ...(await Promise.all(
      ['/access/session', '/access/sessions', '/access/audit-events', '/access/session/data', '/metrics', '/openapi.json', '/readyz'].map(
        (path) => active.call('GET', path),
      ),
    )),
  ]
  return { active, answers }
}

test('No credential is stored or returned in plain text', async (t) => {
  const { active, answers } = await runFullFlow()

  await t.test('no response repeats a credential, and no refusal repeats its input', () => {
    for (const [index, { text }] of answers.entries()) assertContainsNone(`answer ${index}`, text)
  })

  await t.test('no list of a command shows one', async () => {
    const added = await runCommand(['service-key', 'create', 'billing', '--json'], { folder: server.folder })
    keepCredential('service key', JSON.parse(added.stdout).key)
    for (const args of [
      ['session', 'list'],
      ['user', 'list'],
      ['signing-key', 'list'],
      ['service-key', 'list'],
    ]) {
      for (const form of [[], ['--json']]) {
        const { code, stdout, stderr } = await runCommand([...args, ...form], { folder: server.folder })
        equal(code, 0, stderr)
        assertContainsNone(args.join(' '), stdout + stderr)
      }
    }
  })

  await t.test('no file but the secret file contains one, while the server runs and after it has stopped', async () => {
    const scan = async (when: string) => {
      const files = await readdir(server.folder)
      for (const file of files.filter((name) => !name.endsWith('.secret')))
        assertContainsNone(`${file} ${when}`, await readFile(join(server.folder, file)))
      return files.sort()
    }
    deepEqual(await scan('while it runs'), ['latchkey.db', 'latchkey.db-shm', 'latchkey.db-wal', 'latchkey.db.secret'])
    for (const file of await readdir(server.folder)) equal((await stat(join(server.folder, file))).mode & 0o777, 0o600, file)
    equal((await active.call('GET', '/access/session')).status, 200)
    await server.stop()
    await scan('afterwards')
  })

  await t.test('the log contains none, and no mistyped username', () => {
    assertContainsNone('the log', server.output())
    const lines = server.output().trim().split('\n').slice(1)
    ok(lines.length > 20)
    for (const line of lines) equal(typeof JSON.parse(line).milliseconds, 'number', line)
  })

  await t.test('the secret is in no file but its own', async () => {
    const secret = (await readFile(join(server.folder, 'latchkey.db.secret'), 'utf8')).trim()
    for (const file of (await readdir(server.folder)).filter((name) => !name.endsWith('.secret')))
      equal((await readFile(join(server.folder, file))).includes(secret), false, file)
    equal(server.output().includes(secret), false)
  })
})
