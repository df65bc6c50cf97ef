// How guessable passwords are found: by the common list, by what is known of the user, and in bounded time.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPasswordEstimator } from '../../src/platform/password-strength.ts'

const estimator = createPasswordEstimator()

test('what guessers try first is common, in any case', async () => {
  for (const password of ['password', 'Password1', 'QWERTYUIOP', 'iloveyou', '12345678', 'baseball']) {
    assert.ok((await estimator.estimate(password, [])).common, password)
  }
  assert.equal((await estimator.estimate('blue-tulip-under-7-moons', [])).common, false)
})

test("a user's own name and the site's make a password weaker", async () => {
  const alone = await estimator.estimate('zebulonquax77', [])
  const known = await estimator.estimate('zebulonquax77', ['zebulonquax'])
  assert.ok(known.score < alone.score)
})

test('length counts more than composition, and long passwords are judged by both ends', async () => {
  assert.equal((await estimator.estimate('four violet trams in rain', [])).score, 4)
  assert.ok((await estimator.estimate('a'.repeat(256), [])).score < 3)
  assert.equal((await estimator.estimate(`${'a'.repeat(200)}kX9#qLm2vTz8wRb4`, [])).score, 4)
})
