// What the library returns, logs and throws holds no hash, no digest and no key by which names are compared, however deep one looks.

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
const WHENCE = { ip: '192.0.2.7', userAgent: 'a terminal' }

/** Names that only records have. */
const OF_RECORDS = /hash|digest|usernameKey|sealed|secret$|password/i

/** Everything in a value that can be reached: properties that are hidden and getters of its class, too. */
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

/** Keeps every hash that comes by, so that it is known what to look for. */
function noting(store: Store): { readonly store: Store; readonly hidden: ReadonlySet<string> } {
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
  const { store, hidden } = noting(createMemoryStore())
  const latchkey = await createLatchkey({ publicUrl: 'https://login.example.com', secret: SECRET }, { ...hooks, store })
  const assertPublic = (what: string, value: unknown) => {
    for (const [path, found] of reachable(value, what)) {
      const name = path.slice(what.length).split('.').at(-1) ?? ''
      ok(typeof found === 'function' || !OF_RECORDS.test(name), `${path} is told`)
      if (typeof found === 'string') for (const hash of hidden) ok(!found.includes(hash), `${path} holds a hash`)
    }
    const printed = inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }) + JSON.stringify(value)
    for (const hash of hidden) ok(!printed.includes(hash), `${what} prints a hash`)
    for (const word of ['passwordHash', 'usernameKey', 'sealedPrivateKey', SECRET]) ok(!printed.includes(word), `${what} prints ${word}`)
  }
  return { latchkey, store, hidden, assertPublic }
}

function granted<T>(result: T | AuthError): T {
  if (result instanceof AuthError) throw new Error(result.code)
  return result
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** Every method, called so that it returns something; by its name. */
async function everyResult(latchkey: Latchkey): Promise<ReadonlyMap<string, unknown>> {
  const results = new Map<string, unknown>()
  const keep = <T>(name: string, result: T): T => {
    results.set(name, result)
    return result
  }
  const { users } = latchkey
  const added = keep('users.add', granted(await users.add({ username: 'Mary', password: PASSWORD, email: 'mary@example.com' })))
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
  keep('users.signIn', await users.signIn('mary', { remember: true }, WHENCE))
  keep('users.revoke', await users.revoke({ user: 'mary' }))

  keep('register', await latchkey.register({ username: 'Ada', password: PASSWORD, remember: true }, WHENCE))
  keep('login, refused', await latchkey.login({ username: 'mary', password: 'wrong-password' }, WHENCE))
  const signedIn = keep('login', granted(await latchkey.login({ username: 'mary', password: PASSWORD, remember: true }, WHENCE)))
  const remembered = signedIn.rememberMeCredential?.value ?? ''
  const headers = { authorization: `Bearer ${signedIn.token.token}` }
  const asked = new Request('https://login.example.com/orders', { method: 'POST', headers })
  const who = keep('authenticate', await latchkey.authenticate(asked))
  if (!who.ok) throw new Error(who.error.code)
  const { principal } = who
  keep('guard', await latchkey.guard({ method: 'GET', header: (name) => (name === 'authorization' ? headers.authorization : null) }))
  const visit = { method: 'GET', target: '/', header: (name: string) => asked.headers.get(name), address: () => '192.0.2.7' }
  const passage = keep('protect', await latchkey.routeGuard()(visit))
  if (!passage.ok || passage.auth === undefined) throw new Error('protect')
  keep('protect: session', await passage.auth.session())
  keep('protect: data', await passage.auth.data.read())
  keep('refusal', latchkey.refusal(new AuthError('session.required')))
  keep('token', await latchkey.token(principal))
  keep('session', await latchkey.session(principal))
  keep('sessions', await latchkey.sessions(principal))
  keep('data', await latchkey.data(principal))
  keep('patchData', await latchkey.patchData(principal, { cart: 1 }))
  keep('record', await latchkey.record(principal, 'order.placed', { number: 7 }))
  keep('events', await latchkey.auditEvents(principal))
  keep('cookies', latchkey.cookies(granted(await users.signIn('mary', { remember: true }))))
  keep('dbscRegistrationHeader', latchkey.dbscRegistrationHeader(granted(await users.signIn('mary'))))
  keep('restore, refused', await latchkey.resumeSession('no.credential', WHENCE))
  keep('restore', await latchkey.resumeSession(remembered, WHENCE))
  const again = granted(await latchkey.login({ username: 'mary', password: PASSWORD }, WHENCE))
  keep('endOtherSessions', await latchkey.endOtherSessions({ ...principal, sid: again.session.id }, WHENCE))
  keep('endSession', await latchkey.endSession({ ...principal, sid: again.session.id }, again.session.id, WHENCE))
  const last = { ...principal, sid: granted(await latchkey.login({ username: 'mary', password: PASSWORD }, WHENCE)).session.id }
  const changed = keep('changePassword', granted(await latchkey.changePassword(last, { current: PASSWORD, next: NEXT }, WHENCE)))
  keep('logout', await latchkey.logout({ ...principal, sid: changed.session.id }, {}, WHENCE))
  const leaving = { ...principal, sid: granted(await latchkey.login({ username: 'mary', password: NEXT }, WHENCE)).session.id }
  keep('deleteAccount', await latchkey.deleteAccount(leaving, NEXT, WHENCE))
  keep('users.delete', await users.delete('Ada'))
  keep('rollCall', await latchkey.confirmPropagation())
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

test('no method of the library returns a hash, a digest or a key of names, and none is left out here', async () => {
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

test('a user is what the type says, and no more', async () => {
  const { latchkey } = await start()
  const added = granted(await latchkey.users.add({ username: 'Mary', password: PASSWORD, email: 'mary@example.com', roles: ['admin'] }))
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
  equal(await latchkey.users.find('nobody'), undefined)
  deepEqual(granted(await latchkey.users.setRoles('mary', [])).user, { ...user, roles: [] })
  const found = await latchkey.users.find('mary')
  // @ts-expect-error: the types do not have it either
  equal(found?.passwordHash, undefined)
  // @ts-expect-error: nor this
  equal(found?.usernameKey, undefined)
  await latchkey.close()
})

test('a refused copy of a bound sign-in tells nothing of what is stored, wherever it is refused', async () => {
  const { latchkey, store, assertPublic } = await start()
  await latchkey.users.add({ username: 'Mary', password: PASSWORD })
  const signedIn = granted(await latchkey.users.signIn('mary', { remember: true }, WHENCE))
  const records = await store.credentials.listByUser(signedIn.user.id)
  const past = Date.now() - 60_000
  const binding = { x: 'x', y: 'y', boundAt: past, generation: 9, confirmedAt: past, challengeAt: past, answeredAt: past }
  // Another process has bound it: nothing of it is known here.
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
  const restored = await latchkey.resumeSession(signedIn.rememberMeCredential?.value ?? '', WHENCE)
  ok(restored instanceof AuthError && restored.code === 'proof.required')
  assertPublic('restore', restored)
  const request = new Request('https://login.example.com/orders', { headers: { cookie } })
  // The log is followed, so the note comes a little later.
  let who = await latchkey.authenticate(request)
  for (let tries = 0; who.ok && tries < 1_000; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    who = await latchkey.authenticate(request)
  }
  ok(!who.ok && who.error.code === 'proof.required')
  assertPublic('authenticate', who)
  const passage = await latchkey.routeGuard()({
    method: 'GET',
    target: '/',
    header: (name) => request.headers.get(name),
    address: () => '',
  })
  ok(!passage.ok)
  assertPublic('protect', passage)
  await latchkey.close()
})

test('an alarm that the host hears of tells no hash', async () => {
  const alarms: unknown[] = []
  let now = Date.parse('2026-05-03T12:00:00Z')
  const { latchkey, assertPublic } = await start({ clock: { now: () => now }, onAlarm: (alarm) => void alarms.push(alarm) })
  await latchkey.users.add({ username: 'Mary', password: PASSWORD })
  const copied = granted(await latchkey.users.signIn('mary', { remember: true }, WHENCE)).rememberMeCredential?.value ?? ''
  const own = granted(await latchkey.resumeSession(copied, WHENCE))
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
  const theft = await latchkey.resumeSession(copied, { ip: '203.0.113.66', userAgent: 'another terminal' })
  ok(theft instanceof AuthError && theft.detail.reason === 'theft_suspected')
  equal(alarms.length, 1)
  assertPublic('alarm', alarms)
  assertPublic('theft', theft)
  await latchkey.close()
})

test('what commands print as JSON, and what administrators get over HTTP, has no hash either', async () => {
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
