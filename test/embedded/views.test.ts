// What the library returns, logs and throws contains no hash, digest or username key, at any depth.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { AuthError, createLatchkey, type Latchkey, type Overrides, type User } from '../../src/index.ts'
import type { Change, Store } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { runCommand, startServer, temporaryFolder } from '../support/server.ts'

const PASSWORD = 'nine-quiet-otters-upstream'
const NEXT = 'seven-moons-over-a-tulip'
const SECRET = 'a-secret-of-this-test-alone-0123456789'
const BCRYPT = '$2b$04$abcdefghijklmnopqrstuuq5Ye0mOV8ZPMCb5RZ4Vj0ZzXbLQ4K7u'
const CLIENT_INFO = { ip: '192.0.2.7', userAgent: 'a terminal' }

/** Property names that occur in stored records only. */
const RECORD_PROPERTIES = /hash|digest|usernameKey|sealed|secret$|password/i

/** Every value reachable from a value, including hidden properties and getters of its class. */
function* reachable(value: unknown, path: string, seen = new Set<unknown>()): Generator<readonly [path: string, value: unknown]> {
  yield [path, value]
  if (typeof value !== 'object' || value === null || seen.has(value)) return
  seen.add(value)
  const names = new Set<string>()
  for (let object: object | null = value; object !== null && object !== Object.prototype; object = Object.getPrototypeOf(object)) {
    for (const name of Object.getOwnPropertyNames(object)) names.add(name)
  }
  for (const name of names) {
    if (name === 'constructor' || name === 'stack') continue
    yield* reachable(Reflect.get(value, name), `${path}.${name}`, seen)
  }
}

/** Records every hash that is written, so that the tests can search for it. */
function recordingHashes(store: Store): { readonly store: Store; readonly hidden: ReadonlySet<string> } {
  const hidden = new Set<string>()
  const write: Store['write'] = (changes) => {
    for (const [path, value] of reachable(changes, '')) {
      if (typeof value === 'string' && /(hash|sealedPrivateKey)$/i.test(path)) hidden.add(value)
    }
    return store.write(changes)
  }
  return { store: { ...store, write }, hidden }
}

async function start(hooks: Overrides = {}) {
  const { store, hidden } = recordingHashes(createMemoryStore())
  const latchkey = await createLatchkey({ publicUrl: 'https://login.example.com', secret: SECRET }, { ...hooks, store })
  const assertPublic = (what: string, value: unknown) => {
    for (const [path, found] of reachable(value, what)) {
      const name = path.slice(what.length).split('.').at(-1) ?? ''
      ok(typeof found === 'function' || !RECORD_PROPERTIES.test(name), `${path} is exposed`)
      if (typeof found === 'string') for (const hash of hidden) ok(!found.includes(hash), `${path} contains a hash`)
    }
    const printed = inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }) + JSON.stringify(value)
    for (const hash of hidden) ok(!printed.includes(hash), `${what} prints a hash`)
    for (const word of ['passwordHash', 'usernameKey', 'sealedPrivateKey', SECRET]) ok(!printed.includes(word), `${what} prints ${word}`)
  }
  return { latchkey, store, hidden, assertPublic }
}

function successful<T>(result: T | AuthError): T {
  if (result instanceof AuthError) throw new Error(result.code)
  return result
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** The results of every method, by its name. */
async function everyResult(latchkey: Latchkey): Promise<ReadonlyMap<string, unknown>> {
  const results = new Map<string, unknown>()
  const keep = <T>(name: string, result: T): T => {
    results.set(name, result)
    return result
  }
  const { users } = latchkey
  const added = keep('users.add', successful(await users.add({ username: 'Mary', password: PASSWORD, email: 'mary@example.com' })))
  keep('users.add, refused', await users.add({ username: 'mary', password: PASSWORD }))
  const rows = [
    { username: 'Imported', hash: BCRYPT },
    { username: 'Wrong', hash: 'no-hash' },
  ]
  keep('users.import', await all(users.import(rows)))
  keep('users.find', await users.find('mary'))
  keep('users.find, imported', await users.find('Imported'))
  keep('users.setRoles', await users.setRoles('mary', ['admin']))
  keep('users.setDisabled', await users.setDisabled('mary', true))
  await users.setDisabled('mary', false)
  keep('users.setPassword', await users.setPassword('mary', PASSWORD))
  keep('users.signIn', await users.signIn('mary', { remember: true }, CLIENT_INFO))
  keep('users.revoke', await users.revoke({ user: 'mary' }))

  keep('register', await latchkey.register({ username: 'Ada', password: PASSWORD, remember: true }, CLIENT_INFO))
  keep('login, refused', await latchkey.login({ username: 'mary', password: 'wrong-password' }, CLIENT_INFO))
  const signedIn = keep('login', successful(await latchkey.login({ username: 'mary', password: PASSWORD, remember: true }, CLIENT_INFO)))
  const remembered = signedIn.rememberMeCredential?.value ?? ''
  const headers = { authorization: `Bearer ${signedIn.token.token}` }
  const orders = new Request('https://login.example.com/orders', { method: 'POST', headers })
  const result = keep('authenticate', await latchkey.authenticate(orders))
  if (!result.ok) throw new Error(result.error.code)
  const { principal } = result
  keep('guard', await latchkey.guard({ method: 'GET', header: (name) => (name === 'authorization' ? headers.authorization : null) }))
  const guarded = { method: 'GET', target: '/', header: (name: string) => orders.headers.get(name), address: () => '192.0.2.7' }
  const guardResult = keep('routeGuard', await latchkey.routeGuard()(guarded))
  if (!guardResult.ok || guardResult.auth === undefined) throw new Error('routeGuard')
  keep('routeGuard: session', await guardResult.auth.session())
  keep('routeGuard: data', await guardResult.auth.data.read())
  keep('refusal', latchkey.refusal(new AuthError('session.required')))
  keep('token', await latchkey.token(principal))
  keep('session', await latchkey.session(principal))
  keep('sessions', await latchkey.sessions(principal))
  keep('data', await latchkey.data(principal))
  keep('patchData', await latchkey.patchData(principal, { cart: 1 }))
  keep('record', await latchkey.record(principal, 'order.placed', { number: 7 }))
  keep('auditEvents', await latchkey.auditEvents(principal))
  keep('cookies', latchkey.cookies(successful(await users.signIn('mary', { remember: true }))))
  keep('dbscRegistrationHeader', latchkey.dbscRegistrationHeader(successful(await users.signIn('mary'))))
  keep('resumeSession, refused', await latchkey.resumeSession('no.credential', CLIENT_INFO))
  keep('resumeSession', await latchkey.resumeSession(remembered, CLIENT_INFO))
  const again = successful(await latchkey.login({ username: 'mary', password: PASSWORD }, CLIENT_INFO))
  keep('endOtherSessions', await latchkey.endOtherSessions({ ...principal, sid: again.session.id }, CLIENT_INFO))
  keep('endSession', await latchkey.endSession({ ...principal, sid: again.session.id }, again.session.id, CLIENT_INFO))
  const last = { ...principal, sid: successful(await latchkey.login({ username: 'mary', password: PASSWORD }, CLIENT_INFO)).session.id }
  const changed = keep('changePassword', successful(await latchkey.changePassword(last, { current: PASSWORD, next: NEXT }, CLIENT_INFO)))
  keep('logout', await latchkey.logout({ ...principal, sid: changed.session.id }, {}, CLIENT_INFO))
  const deleting = { ...principal, sid: successful(await latchkey.login({ username: 'mary', password: NEXT }, CLIENT_INFO)).session.id }
  keep('deleteAccount', await latchkey.deleteAccount(deleting, NEXT, CLIENT_INFO))
  keep('users.delete', await users.delete('Ada'))
  keep('confirmPropagation', await latchkey.confirmPropagation())
  keep('rotateKeys', await latchkey.rotateKeys())
  keep(
    'handle',
    await latchkey.handle({
      method: 'GET',
      path: '/access/session',
      query: '',
      header: () => null,
      address: '',
      peer: '',
      body: async () => new Uint8Array(),
      isClosed: () => false,
    } as Parameters<Latchkey['handle']>[0]),
  )
  const answer = await latchkey.handler(new Request('https://login.example.com/readyz'))
  keep('handler', await answer.json())
  keep('paths', latchkey.paths)
  equal(added.username, 'Mary')
  return results
}

test('no method of the library returns a hash, digest or username key, and every method is covered', async () => {
  const { latchkey, hidden, assertPublic } = await start()
  const results = await everyResult(latchkey)
  ok(hidden.size > 10)
  const names = [...Object.keys(latchkey).filter((name) => name !== 'users'), ...Object.keys(latchkey.users).map((name) => `users.${name}`)]
  deepEqual(
    names.filter((name) => !results.has(name) && name !== 'close'),
    [],
  )
  for (const [name, result] of results) assertPublic(name, result)
  assertPublic('latchkey', latchkey)
  await latchkey.close()
})

test('a user has exactly the properties of its type', async () => {
  const { latchkey } = await start()
  const added = successful(await latchkey.users.add({ username: 'Mary', password: PASSWORD, email: 'mary@example.com', roles: ['admin'] }))
  const user: User = {
    id: added.id,
    username: 'Mary',
    email: 'mary@example.com',
    roles: ['admin'],
    disabled: false,
    createdAt: added.createdAt,
  }
  deepEqual(added, user)
  deepEqual(await latchkey.users.find('MARY'), user)
  deepEqual(await latchkey.users.find(added.id), user)
  equal(await latchkey.users.find('unknown'), undefined)
  deepEqual(successful(await latchkey.users.setRoles('mary', [])).user, { ...user, roles: [] })
  const found = await latchkey.users.find('mary')
  // @ts-expect-error: absent in the type too
  equal(found?.passwordHash, undefined)
  // @ts-expect-error: absent in the type too
  equal(found?.usernameKey, undefined)
  await latchkey.close()
})

test('a refused copy of a bound sign-in reveals nothing of its record, wherever it is refused', async () => {
  const { latchkey, store, assertPublic } = await start()
  await latchkey.users.add({ username: 'Mary', password: PASSWORD })
  const signedIn = successful(await latchkey.users.signIn('mary', { remember: true }, CLIENT_INFO))
  const records = await store.credentials.listByUser(signedIn.user.id)
  const past = Date.now() - 60_000
  const binding = { x: 'x', y: 'y', boundAt: past, generation: 9, confirmedAt: past, challengeAt: past, answeredAt: past }
  // Another process has bound it: this one does not know the binding.
  const changes = records.flatMap(({ version, ...record }): Change[] => {
    const held: Change = { do: 'replace credential', next: { ...record, binding, version: version + 1 }, ifVersion: version }
    if (record.kind === 'remember_me') return [held]
    return [held, { do: 'append entry', entry: { kind: 'changed', sid: record.id, at: Date.now(), roles: record.roles } }]
  })
  await store.write(changes)
  const cookie = latchkey
    .cookies(signedIn)
    .map((each) => each.split(';', 1)[0])
    .join('; ')
  const resumed = await latchkey.resumeSession(signedIn.rememberMeCredential?.value ?? '', CLIENT_INFO)
  ok(resumed instanceof AuthError && resumed.code === 'proof.required')
  assertPublic('resumeSession', resumed)
  const request = new Request('https://login.example.com/orders', { headers: { cookie } })
  // The revocation feed delivers the change a little later.
  let result = await latchkey.authenticate(request)
  for (let tries = 0; result.ok && tries < 1_000; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    result = await latchkey.authenticate(request)
  }
  ok(!result.ok && result.error.code === 'proof.required')
  assertPublic('authenticate', result)
  const guardResult = await latchkey.routeGuard()({
    method: 'GET',
    target: '/',
    header: (name) => request.headers.get(name),
    address: () => '',
  })
  ok(!guardResult.ok)
  assertPublic('routeGuard', guardResult)
  await latchkey.close()
})

test('an alarm passed to the host contains no hash', async () => {
  const alarms: unknown[] = []
  let now = Date.parse('2026-05-03T12:00:00Z')
  const { latchkey, assertPublic } = await start({ clock: { now: () => now }, onAlarm: (alarm) => void alarms.push(alarm) })
  await latchkey.users.add({ username: 'Mary', password: PASSWORD })
  const copiedCredential =
    successful(await latchkey.users.signIn('mary', { remember: true }, CLIENT_INFO)).rememberMeCredential?.value ?? ''
  const own = successful(await latchkey.resumeSession(copiedCredential, CLIENT_INFO))
  const used = new Request('https://login.example.com/orders', {
    headers: {
      cookie: latchkey
        .cookies(own)
        .map((each) => each.split(';', 1)[0])
        .join('; '),
    },
  })
  ok((await latchkey.authenticate(used)).ok)
  now += 10 * 60_000
  const theft = await latchkey.resumeSession(copiedCredential, { ip: '203.0.113.66', userAgent: 'another terminal' })
  ok(theft instanceof AuthError && theft.detail.reason === 'theft_suspected')
  equal(alarms.length, 1)
  assertPublic('alarm', alarms)
  assertPublic('theft', theft)
  await latchkey.close()
})

test('the JSON output of commands and the admin API contain no hash', async () => {
  const folder = await temporaryFolder()
  await using server = await startServer({ folder })
  const outputs: string[] = []
  const run = async (args: readonly string[], input = '') => {
    const { code, stdout, stderr } = await runCommand([...args, '--json'], { folder, input })
    equal(code, 0, `${args.join(' ')}: ${stderr}`)
    outputs.push(stdout)
    return stdout
  }
  await run(['user', 'add', 'Mary', '--role', 'admin'], PASSWORD)
  await run(['user', 'list'])
  await run(['session', 'list', '--user', 'Mary'])
  await run(['signing-key', 'list'])
  await run(['signing-key', 'rotate'])
  await run(['user', 'disable', 'Mary'])
  await run(['user', 'enable', 'Mary'])
  const headers = { 'content-type': 'application/json' }
  const login = JSON.stringify({ username: 'Mary', password: PASSWORD, delivery: 'header' })
  const signedIn = (await (await fetch(`${server.url}/access/login`, { method: 'POST', headers, body: login })).json()) as {
    token: string
    user: { id: string }
  }
  const authorization = `Bearer ${signedIn.token}`
  for (const path of ['users', `users/${signedIn.user.id}`, `users/${signedIn.user.id}/sessions`, 'keys']) {
    const answer = await fetch(`${server.url}/access/admin/${path}`, { headers: { authorization } })
    equal(answer.status, 200, path)
    outputs.push(await answer.text())
  }
  for (const output of outputs) {
    ok(!/hash|usernameKey|sealed|\$argon2/i.test(output), output)
    match(output, /./)
  }
})
