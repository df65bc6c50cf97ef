// After a whole story, no file, no log, no list and no answer holds anything that signs in.

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

/** Everything that must not be found, by what it is. */
const secrets = new Map<string, string>()

function keep(what: string, value: string): void {
  ok(value.length > 8, `${what} is a secret`)
  secrets.set(what, value)
}

/** A credential `<id>.<secret>`, its secret alone, and the bytes of the secret as others would write them. */
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

function keepAll(what: string, visitor: TestClient): void {
  keepToken(`token of ${what}`, visitor.token)
  if (visitor.cookie('session') !== '') keepCredential(`session of ${what}`, visitor.cookie('session'))
  if (visitor.cookie('remember') !== '') keepCredential(`remembered login of ${what}`, visitor.cookie('remember'))
  if (visitor.cookie('known') !== '') keep(`known device of ${what}`, visitor.cookie('known'))
}

function assertHoldsNone(where: string, content: string | Buffer): void {
  const text = typeof content === 'string' ? content : content.toString('latin1')
  for (const [what, secret] of secrets) equal(text.includes(secret), false, `${what} stands in ${where}`)
}

/** Signs in every way there is, leaves some of it living and ends some, and mistypes things. */
async function story(): Promise<{ living: TestClient; answers: readonly TestResponse[] }> {
  keep('password', PASSWORD)
  keep('password in base64', Buffer.from(PASSWORD).toString('base64'))
  keep('new password', NEXT)
  keep('mistyped password', TYPO)
  const living = new TestClient(server.url)
  await living.register('Sam', { remember: true, email: 'sam@example.com' })
  keepAll('the registration', living)
  living.restartBrowser()
  await living.refreshToken()
  keepAll('the restored session', living)
  const changed = await living.call('POST', '/access/password', { body: { current: PASSWORD, next: NEXT } })
  living.signedIn(changed, 200)
  keepAll('the new password', living)
  await living.login('Sam', { password: NEXT, remember: true })
  keepAll('the login', living)

  const leaving = new TestClient(server.url)
  const byHeader = await leaving.login('Sam', { password: NEXT, delivery: 'header' })
  keepToken('token beside a header session', leaving.token)
  keepCredential('header session', byHeader.json.sessionCredential)
  const headers = { authorization: `Session ${byHeader.json.sessionCredential}` }
  equal((await leaving.callWithCookies('POST', `/access/logout/${leaving.userId}`, { headers })).status, 200)

  await living.call('PUT', '/access/client-data', { body: { data: { drawer: CLIENT_SECRET } } })
  keep('client data', CLIENT_SECRET)
  const answers = [
    await living.callWithCookies('POST', '/access/login', { body: { username: 'Sam', password: TYPO } }),
    // The password where the name belongs, as happens when one types fast; and where nothing of the kind belongs.
    await new TestClient(server.url).callWithCookies('POST', '/access/login', { body: { username: NEXT, password: 'x' } }),
    await living.callWithCookies('GET', `/access/session?token=${living.token}`),
    await living.callWithCookies('GET', `/nowhere/${living.token}`),
    await living.callWithCookies('GET', '/access/session', {
      headers: { authorization: `Basic ${Buffer.from(`Sam:${NEXT}`).toString('base64')}` },
    }),
    await living.call('GET', '/access/session', { headers: { 'user-agent': 'a browser' } }),
    ...(await Promise.all(
      ['/access/session', '/access/sessions', '/access/audit-events', '/access/session/data', '/metrics', '/openapi.json', '/readyz'].map(
        (path) => living.call('GET', path),
      ),
    )),
  ]
  return { living, answers }
}

test('Nothing that signs in is written down or told', async (t) => {
  const { living, answers } = await story()

  await t.test('no answer repeats a credential, and no refusal repeats what was sent', () => {
    for (const [index, { text }] of answers.entries()) assertHoldsNone(`answer ${index}`, text)
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
        assertHoldsNone(args.join(' '), stdout + stderr)
      }
    }
  })

  await t.test('no file beside the secret holds one, while the server runs and after it has stopped', async () => {
    const scan = async (when: string) => {
      const files = await readdir(server.folder)
      for (const file of files.filter((name) => !name.endsWith('.secret')))
        assertHoldsNone(`${file} ${when}`, await readFile(join(server.folder, file)))
      return files.sort()
    }
    deepEqual(await scan('while it runs'), ['latchkey.db', 'latchkey.db-shm', 'latchkey.db-wal', 'latchkey.db.secret'])
    for (const file of await readdir(server.folder)) equal((await stat(join(server.folder, file))).mode & 0o777, 0o600, file)
    equal((await living.call('GET', '/access/session')).status, 200)
    await server.stop()
    await scan('afterwards')
  })

  await t.test('the log holds none, and no name that was mistyped', () => {
    assertHoldsNone('the log', server.output())
    const lines = server.output().trim().split('\n').slice(1)
    ok(lines.length > 20)
    for (const line of lines) equal(typeof JSON.parse(line).milliseconds, 'number', line)
  })

  await t.test('the secret beside the database stands in no other file', async () => {
    const secret = (await readFile(join(server.folder, 'latchkey.db.secret'), 'utf8')).trim()
    for (const file of (await readdir(server.folder)).filter((name) => !name.endsWith('.secret')))
      equal((await readFile(join(server.folder, file))).includes(secret), false, file)
    equal(server.output().includes(secret), false)
  })
})
