// Deceptive usernames and expensive passwords: unique names, one normal form of passwords, bounded work for both.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from '../../src/domain/errors.ts'
import { usernameKey } from '../../src/domain/user.ts'
import { importUsers } from '../../src/engine/import-users.ts'
import { addUser } from '../../src/engine/users.ts'
import { startInProcess } from '../support/in-process.ts'
import { ALICE, login, register } from '../support/users.ts'

const NAMES: readonly (readonly [string, boolean])[] = [
  ['ada', true],
  ['ad', true],
  ['李雷', true],
  ['李', false],
  ['аdmin', false],
  ['аda', false],
  ['...', false],
  ['..', false],
  ['-rf', false],
  ['root2.', false],
  ['_ada', false],
  ['राम१2', false],
  ['ａｄａ', true],
  ['Ада.Лавлейс', true],
  ['李小龙', true],
  ['हिन्दी', true],
  ['x'.repeat(64), true],
  ['x'.repeat(65), false],
  ['with space', false],
  ['tab\tname', false],
  ['nul\u0000name', false],
  ['a/b/c', false],
  ['a@b.c', false],
  ['🔑🔑🔑', false],
  ['\u202eada', false],
  ['ada\u200b', false],
  ['', false],
]

test('usernames consist of letters and digits of any script, without invisible characters', async () => {
  await using latchkey = await startInProcess()
  for (const [username, accepted] of NAMES) {
    const { status, json } = await latchkey.call('POST', '/access/register', { body: { ...ALICE, username } })
    if (accepted) assert.ok(status === 201 || json.code === 'username.taken', username)
    else assert.deepEqual([status, json.code], [422, 'username.invalid'], JSON.stringify(username))
  }
})

test('a name of two letters is accepted by registration, sign-in, the operator and an import', async () => {
  await using latchkey = await startInProcess()
  const { engine } = latchkey
  const added = await addUser(engine, 'operator', { username: '韩梅', password: ALICE.password, email: null, roles: [] })
  assert.ok(!(added instanceof AuthError))
  await register(latchkey, { username: '李雷' })
  const hash = (await engine.store.users.find(added.id))?.passwordHash
  const imported = await allOf(importUsers(engine, [{ line: 1, values: { username: '小王', hash } }]))
  assert.deepEqual(imported, [{ line: 1, outcome: 'imported' }])
  for (const username of ['李雷', '韩梅', '小王']) await login(latchkey, { username })
})

test('letters of two scripts, and dots and hyphens at the ends, are refused for operators too, with a reason', async () => {
  await using latchkey = await startInProcess()
  for (const [username, reason] of [
    ['аdmin', 'scripts'],
    ['...', 'ends'],
    ['-rf', 'ends'],
    ['root2.', 'ends'],
    ['a@b', 'characters'],
    ['a', 'length'],
    ['राम१2', 'digits'],
  ] as const) {
    const { json } = await latchkey.call('POST', '/access/register', { body: { ...ALICE, username } })
    assert.deepEqual([json.code, json.field, json.reason], ['username.invalid', 'username', reason], username)
    const added = await addUser(latchkey.engine, 'operator', { username, password: ALICE.password, email: null, roles: [] })
    assert.ok(added instanceof AuthError && added.code === 'username.invalid', username)
  }
})

test('reserved names and look-alikes cannot be registered, only created by operators', async () => {
  await using latchkey = await startInProcess()
  const reserved = ['admin', 'Administrator', 'ROOT', 'system', 'support', 'security', 'abuse', 'postmaster', 'hostmaster', 'webmaster']
  // Other forms, spellings and scripts: full width, digits for letters, Cyrillic, Greek and Lisu letters.
  const disguised = ['noreply', 'no-reply', 'ａｄｍｉｎ', 'ad.min', 'r00t', 'adm1n', 'admın', 'ѕуѕтем', 'ꓮꓓꓟꓲꓠ']
  for (const username of [...reserved, ...disguised]) {
    const { status, json } = await latchkey.call('POST', '/access/register', { body: { ...ALICE, username } })
    assert.deepEqual([status, json.code], [409, 'username.taken'], username)
  }
  const added = await addUser(latchkey.engine, 'operator', { username: 'admin', password: ALICE.password, email: null, roles: [] })
  assert.ok(!(added instanceof AuthError))
  await login(latchkey, { username: 'Admin' })
  await register(latchkey, { username: 'admins' })
})

test('a user with a name from an older rule, or from other software, can still sign in', async () => {
  await using latchkey = await startInProcess()
  const { engine } = latchkey
  const passwordHash = (await engine.hasher.hash(ALICE.password)) ?? null
  for (const username of ['аdmin', '-rf', 'root2.', '_ada_', 'राम१2', '._x']) {
    const user = { username, usernameKey: usernameKey(username) ?? '', email: null, passwordHash, roles: [], disabled: false }
    const record = { ...user, id: `usr_${engine.secrets.randomId()}`, createdAt: engine.clock.now(), version: 1 }
    assert.ok((await engine.store.write([{ do: 'insert user', user: record }])).committed)
    await login(latchkey, { username })
    const row = { line: 1, values: { username: `${username}2`, hash: passwordHash } }
    assert.equal((await allOf(importUsers(engine, [row])))[0]?.outcome, 'imported', username)
  }
  for (const username of ['...', '..', 'a@b', 'a b', 'a']) {
    const refused = await allOf(importUsers(engine, [{ line: 1, values: { username, hash: passwordHash } }]))
    assert.match(refused[0]?.outcome === 'refused' ? refused[0].reason : '', /2 to 64 letters/, username)
  }
})

test('usernames that differ only by case or Unicode form are the same', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey, { username: 'Straße-Ångström' })
  for (const username of ['straße-ångström', 'STRASSE-ÅNGSTRÖM', 'strasse-a\u030angstro\u0308m', 'Ｓtraße-Ångström']) {
    assert.equal((await latchkey.call('POST', '/access/register', { body: { ...ALICE, username } })).json.code, 'username.taken', username)
    const { status, json } = await latchkey.call('POST', '/access/login', { body: { ...ALICE, username } })
    assert.deepEqual([status, json.user?.username], [200, 'Straße-Ångström'], username)
  }
})

test('passwords are refused by length and strength, and verified exactly as chosen', async () => {
  await using latchkey = await startInProcess()
  const refusals: readonly (readonly [string, string])[] = [
    ['seven77', 'password.too_short'],
    ['x'.repeat(257), 'password.too_long'],
    ['password1', 'password.too_common'],
    ['PASSWORD1', 'password.too_common'],
    ['qwertyuiop', 'password.too_common'],
    ['zebulon99', 'password.too_weak'],
    ['aaaaaaaaaaaaaaaa', 'password.too_weak'],
  ]
  for (const [password, code] of refusals) {
    const { status, json } = await latchkey.call('POST', '/access/register', { body: { username: 'zebulon99', password } })
    assert.deepEqual([status, json.field], [422, 'password'], password.slice(0, 20))
    if (code !== 'password.too_weak') assert.equal(json.code, code, password.slice(0, 20))
    else assert.match(json.code, /too_weak|too_common/)
  }
  const password = '  Ünï\u0000cöde  and spaces kept  '
  await register(latchkey, { password })
  const verify = async (candidate: string) =>
    (await latchkey.call('POST', '/access/login', { body: { ...ALICE, password: candidate } })).status
  assert.equal(await verify(password), 200)
  assert.equal(await verify(password.normalize('NFD')), 200, 'another Unicode form of the same text')
  for (const other of [password.trim(), password.toLowerCase(), password.split('\u0000')[0] ?? '']) assert.equal(await verify(other), 401)
})

test('a password is measured in its normal form: a password that can be chosen can be used in both Unicode forms', async () => {
  await using latchkey = await startInProcess()
  const password = 'Zwölf kühle Bäche fließen über grüne Hügel, '.repeat(4) + 'ü'.repeat(60)
  for (const [username, chosen] of [
    ['composed', password.normalize('NFC')],
    ['decomposed', password.normalize('NFD')],
  ]) {
    await register(latchkey, { username, password: chosen })
    for (const form of ['NFC', 'NFD']) {
      const { status } = await latchkey.call('POST', '/access/login', { body: { username, password: password.normalize(form) } })
      assert.equal(status, 200, `${username} by ${form}`)
    }
  }
})

test('a password of unordered combining marks is refused without normalizing it', async (t) => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  const normalized: number[] = []
  const normalize = String.prototype.normalize
  t.mock.method(String.prototype, 'normalize', function (this: string, form?: string) {
    normalized.push(this.length)
    return normalize.call(this, form)
  })
  const password = '\u0315\u0300'.repeat(15_000)
  const refused = await latchkey.call('POST', '/access/register', { body: { username: 'zebulon', password } })
  assert.equal(refused.json.code, 'password.too_long')
  assert.equal((await latchkey.call('POST', '/access/login', { body: { ...ALICE, password } })).status, 401)
  assert.equal((await latchkey.call('POST', '/access/login', { body: { username: password, password: 'x' } })).status, 401)
  assert.ok(Math.max(...normalized) <= 2_048, 'the input is bounded before it is normalized')
})

async function allOf<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
