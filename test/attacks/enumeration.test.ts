// User enumeration: a sign-in does not reveal which users exist; every refusal is the same, at the same cost.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash } from '@node-rs/argon2'
import { setDisabled } from '../../src/engine/users.ts'
import { startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'

test('unknown, disabled, wrong, overlong and impossible: the same status, body, headers and number of hashes', async () => {
  await using latchkey = await startInProcess({ loginLimit: '1000/5m,1000/5m' })
  await register(latchkey)
  await register(latchkey, { username: 'grace' })
  await setDisabled(latchkey.engine, 'operator', 'grace', true)
  const bodies = [
    { ...ALICE, password: 'wrong' },
    { ...ALICE, username: 'unknown' },
    { ...ALICE, username: 'grace' },
    { ...ALICE, username: 'grace', password: 'wrong' },
    { ...ALICE, password: 'x'.repeat(257) },
    { ...ALICE, username: 'unknown', password: 'x'.repeat(257) },
    { ...ALICE, username: 'not a name at all' },
    { ...ALICE, username: '' },
    { ...ALICE, password: '' },
    { ...ALICE, username: 'a\u0000b' },
  ]
  const answers = []
  for (const body of bodies) {
    latchkey.resetCounts()
    const answer = await latchkey.call('POST', '/access/login', { body })
    assert.equal(latchkey.counts.hashes, 1, JSON.stringify(body).slice(0, 60))
    const { 'x-request-id': _, ...headers } = answer.headers
    answers.push({ status: answer.status, body: answer.body, headers, cookies: answer.cookies })
  }
  for (const answer of answers) assert.deepEqual(answer, answers[0])
  assert.equal(answers[0]?.status, 401)
})

test('a sign-in with an unknown username leaves nothing in the store', async () => {
  await using latchkey = await startInProcess({ loginLimit: '1000/5m,1000/5m' })
  for (let index = 0; index < 20; index += 1) {
    latchkey.resetCounts()
    await latchkey.call('POST', '/access/login', { body: { username: `unknown${index}`, password: 'wrong' } })
    assert.ok(latchkey.counts.writes <= 2, 'two counters of the limits, no audit event')
  }
})

test('once limited, known, unknown and impossible usernames get the same response', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  await register(latchkey, { username: 'grace' })
  await setDisabled(latchkey.engine, 'operator', 'grace', true)
  const answers = []
  for (const [index, username] of ['alice', 'grace', 'unknown', 'not a name at all', ''].entries()) {
    const from = { address: `198.51.100.${index}`, body: { username, password: 'wrong' } }
    for (let attempt = 0; attempt < 10; attempt += 1) assert.equal((await latchkey.call('POST', '/access/login', from)).status, 401)
    latchkey.resetCounts()
    const answer = await latchkey.call('POST', '/access/login', from)
    assert.equal(latchkey.counts.hashes, 0, username)
    const { 'x-request-id': _, ...headers } = answer.headers
    answers.push({ status: answer.status, body: answer.body, headers, cookies: answer.cookies })
  }
  for (const answer of answers) assert.deepEqual(answer, answers[0])
  assert.equal(answers[0]?.status, 429)
})

test('a user without a password, or with an old hash, is refused like any other', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const wrong = { body: { ...ALICE, password: 'wrong' } }
  const usual = await latchkey.call('POST', '/access/login', wrong)
  const old = await hash(ALICE.password, { algorithm: 2, memoryCost: 8192, timeCost: 1, parallelism: 1 })
  for (const passwordHash of [null, old]) {
    const user = await latchkey.engine.store.users.find(alice.userId)
    assert.ok(user)
    const next = { ...user, passwordHash, version: user.version + 1 }
    assert.ok((await latchkey.engine.store.write([{ do: 'replace user', next, ifVersion: user.version }])).committed)
    latchkey.resetCounts()
    const answer = await latchkey.call('POST', '/access/login', wrong)
    assert.deepEqual([answer.status, answer.body, answer.cookies], [usual.status, usual.body, usual.cookies])
    assert.equal(latchkey.counts.hashes, 1)
  }
  // The correct password renews the old hash, and only this costs a second one.
  assert.equal((await latchkey.call('POST', '/access/login', { body: ALICE })).status, 200)
  assert.match((await latchkey.engine.store.users.find(alice.userId))?.passwordHash ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  latchkey.resetCounts()
  assert.equal((await latchkey.call('POST', '/access/login', { body: ALICE })).status, 200)
  assert.equal(latchkey.counts.hashes, 1)
})
