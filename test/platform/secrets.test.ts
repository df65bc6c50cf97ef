// Opaque credentials, sealed values and digests: their format, and which secrets open them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSecrets } from '../../src/platform/secrets.ts'

const FIRST = 'first-secret-of-at-least-32-bytes-0001'
const SECOND = 'second-secret-of-at-least-32-bytes-002'

test('a credential has a public id of 16 bytes, and a secret of 32 random bytes, the generation if any, and a MAC', () => {
  const secrets = createSecrets([FIRST])
  const session = secrets.issue('session', 0)
  const rememberMe = secrets.issue('remember_me', 7)
  assert.match(session.value, /^[\w-]{22}\.[\w-]{64}$/)
  assert.match(rememberMe.value, /^[\w-]{22}\.[\w-]{70}$/)
  assert.equal(Buffer.from(session.id, 'base64url').length, 16)
  assert.equal(Buffer.from(session.value.split('.')[1] ?? '', 'base64url').length, 32 + 16)
  assert.deepEqual(secrets.open('session', session.value), { kind: 'session', id: session.id, generation: 0, hash: session.hash })
  assert.deepEqual(secrets.open('remember_me', rememberMe.value), {
    kind: 'remember_me',
    id: rememberMe.id,
    generation: 7,
    hash: rememberMe.hash,
  })
})

test('the stored hash is not part of the value, and differs for each secret', () => {
  const secrets = createSecrets([FIRST])
  const first = secrets.issue('remember_me', 1)
  const rotated = secrets.issue('remember_me', 2, first.id)
  assert.equal(rotated.id, first.id)
  assert.notEqual(rotated.hash, first.hash)
  const bytes = Buffer.from(first.value.split('.')[1] ?? '', 'base64url').toString('hex')
  assert.ok(!bytes.includes(Buffer.from(first.hash, 'base64url').toString('hex').slice(0, 16)))
})

test('a value opens only with its kind, unaltered, and with its own secret', () => {
  const secrets = createSecrets([FIRST])
  const { value } = secrets.issue('session', 0)
  const other = secrets.issue('session', 0)
  const [id, secret] = value.split('.')
  assert.equal(secrets.open('remember_me', value), undefined)
  assert.equal(createSecrets([SECOND]).open('session', value), undefined)
  assert.equal(secrets.open('session', `${other.id}.${secret}`), undefined, 'the secret of one credential with the id of another')
  for (const altered of [
    '',
    '.',
    value.slice(0, -1),
    `${value}A`,
    `${value}=`,
    `${id}.${'A'.repeat(64)}`,
    value.toLowerCase(),
    ` ${value}`,
    `${id}..${secret}`,
  ]) {
    if (altered !== value) assert.equal(secrets.open('session', altered), undefined, altered)
  }
})

test('a secret has only one valid encoding', () => {
  const secrets = createSecrets([FIRST])
  const { value } = secrets.issue('remember_me', 1)
  const last = value.at(-1) ?? ''
  // 52 bytes leave two unused bits in the last character.
  for (const other of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
    if (other !== last) assert.equal(secrets.open('remember_me', value.slice(0, -1) + other), undefined)
  }
})

test('of several secrets, the first creates and all open', () => {
  const before = createSecrets([FIRST])
  const rotated = createSecrets([SECOND, FIRST])
  const after = createSecrets([SECOND])
  const old = before.issue('session', 0)
  assert.equal(rotated.open('session', old.value)?.hash, old.hash)
  const current = rotated.issue('session', 0)
  assert.equal(after.open('session', current.value)?.hash, current.hash)
  assert.equal(before.open('session', current.value), undefined)
  const sealed = before.seal('purpose', 'context', 'text')
  assert.equal(rotated.unseal('purpose', 'context', sealed), 'text')
  assert.equal(after.unseal('purpose', 'context', sealed), undefined)
})

test('a sealed value opens only for its purpose and context, and not when altered', () => {
  const secrets = createSecrets([FIRST])
  const sealed = secrets.seal('purpose', 'context', 'a text with ünïcode')
  assert.equal(secrets.unseal('purpose', 'context', sealed), 'a text with ünïcode')
  assert.notEqual(secrets.seal('purpose', 'context', 'a text with ünïcode'), sealed)
  assert.equal(secrets.unseal('other', 'context', sealed), undefined)
  assert.equal(secrets.unseal('purpose', 'other', sealed), undefined)
  for (let at = 0; at < sealed.length - 1; at += 3) {
    const altered = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`
    assert.equal(secrets.unseal('purpose', 'context', altered), undefined, `at ${at}`)
  }
  for (const invalid of ['', 'A', '!!!', 'A'.repeat(4000)]) assert.equal(secrets.unseal('purpose', 'context', invalid), undefined)
})

test('a sealed value has only one valid encoding', () => {
  const secrets = createSecrets([FIRST])
  const sealed = secrets.seal('purpose', 'context', 'text')
  const standard = Buffer.from(sealed, 'base64url').toString('base64')
  const encodings = [
    `${sealed}=`,
    `${sealed}==`,
    ` ${sealed}`,
    `!${sealed}`,
    `${sealed}\n`,
    `${sealed.slice(0, 5)}.${sealed.slice(5)}`,
    standard,
  ]
  for (const other of encodings) {
    if (other !== sealed) assert.equal(secrets.unseal('purpose', 'context', other), undefined, other)
  }
  for (const other of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
    if (other !== sealed.at(-1)) assert.equal(secrets.unseal('purpose', 'context', sealed.slice(0, -1) + other), undefined)
  }
})

test('a digest depends on the secret and on the purpose', () => {
  const secrets = createSecrets([FIRST])
  assert.equal(secrets.digest('a', 'x'), createSecrets([FIRST]).digest('a', 'x'))
  assert.notEqual(secrets.digest('a', 'x'), secrets.digest('b', 'x'))
  assert.notEqual(secrets.digest('a', 'x'), createSecrets([SECOND]).digest('a', 'x'))
})

test('no id begins with a hyphen, which would make it an option on a command line', () => {
  const secrets = createSecrets([FIRST])
  for (let count = 0; count < 1_000; count += 1) {
    assert.doesNotMatch(secrets.randomId(), /^-/)
    assert.doesNotMatch(secrets.issue('session', 0).id, /^-/)
  }
})
