// Nobody can find out who has an account by signing in: every refusal is the same, at the same price.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setDisabled } from '../../src/engine/users.ts'
import { startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/people.ts'

test('unknown, disabled, wrong, overlong and impossible: the same status, body, headers and number of hashes', async () => {
  await using latchkey = await startInProcess({ loginLimit: '1000/5m,1000/5m' })
  await register(latchkey)
  await register(latchkey, { username: 'grace' })
  await setDisabled(latchkey.engine, 'grace', true)
  const bodies = [
    { ...ALICE, password: 'wrong' },
    { ...ALICE, username: 'nobody' },
    { ...ALICE, username: 'grace' },
    { ...ALICE, username: 'grace', password: 'wrong' },
    { ...ALICE, password: 'x'.repeat(257) },
    { ...ALICE, username: 'nobody', password: 'x'.repeat(257) },
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

test('what concerns no known user leaves nothing in the store', async () => {
  await using latchkey = await startInProcess({ loginLimit: '1000/5m,1000/5m' })
  for (let index = 0; index < 20; index += 1) {
    latchkey.resetCounts()
    await latchkey.call('POST', '/access/login', { body: { username: `nobody${index}`, password: 'wrong' } })
    assert.ok(latchkey.counts.writes <= 2, 'two counters of the limits, no operation')
  }
})
