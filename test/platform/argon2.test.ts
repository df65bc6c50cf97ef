// The password hasher: parameters, verification, and the bounds of its queue.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash, verify } from '@node-rs/argon2'
import { createArgon2 } from '../../src/platform/argon2.ts'

const CURRENT = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/

test('hashes are Argon2id PHC strings of 19 MiB, two passes and one lane, each with its own salt', async () => {
  const { hash: make } = createArgon2()
  const [one, two] = await Promise.all([make('a password'), make('a password')])
  assert.match(one ?? '', CURRENT)
  assert.notEqual(one, two)
  assert.ok(await verify(one ?? '', 'a password'), 'another implementation agrees')
})

test('a password is compared in NFC, in full length, and otherwise unchanged', async () => {
  const argon2 = createArgon2()
  const phc = (await argon2.hash('Ünïcode')) ?? ''
  assert.deepEqual(await argon2.verify(phc, 'Ünïcode'.normalize('NFD')), { ok: true, needsRehash: false })
  for (const other of ['ünïcode', 'Ünïcode ', 'Ünïcod', ''])
    assert.deepEqual(await argon2.verify(phc, other), { ok: false, needsRehash: false })
  const long = 'x'.repeat(200)
  const longPhc = (await argon2.hash(long)) ?? ''
  assert.equal((await argon2.verify(longPhc, `${long.slice(0, -1)}y`))?.ok, false)
})

test('a hash with other parameters verifies and needs a rehash', async () => {
  const argon2 = createArgon2()
  const weak = await hash('a password', { algorithm: 2, memoryCost: 8192, timeCost: 1, parallelism: 1 })
  assert.deepEqual(await argon2.verify(weak, 'a password'), { ok: true, needsRehash: true })
  assert.deepEqual(await argon2.verify(weak, 'another'), { ok: false, needsRehash: false })
})

test('a missing user and an invalid hash match nothing', async () => {
  const argon2 = createArgon2()
  for (const phc of [null, '', 'plain', '$2b$10$abcdefghijklmnopqrstuv', '$argon2id$v=19$m=19456,t=2,p=1$broken']) {
    const compared = await argon2.verify(phc, 'a password')
    assert.deepEqual(compared, { ok: false, needsRehash: false })
  }
})

test('running and waiting hashes are bounded, and further ones are refused at once', async () => {
  const argon2 = createArgon2({ concurrency: 2, queue: 3 })
  const results = await Promise.all(Array.from({ length: 10 }, () => argon2.hash('a password')))
  assert.equal(results.filter((result) => result === undefined).length, 5)
  assert.equal((await argon2.hash('a password'))?.length, results.find((result) => result !== undefined)?.length, 'slots are released')
})
