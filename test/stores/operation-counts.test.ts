// What a request costs is the same on every store: nothing where it is warm, one read at most where it is cold.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BACKEND_NAMES, startBackend } from '../support/backends.ts'
import { type Counts, startInProcess } from '../support/in-process.ts'
import { login, register } from '../support/users.ts'

const NOTHING: Counts = { reads: 0, writes: 0, touches: 0, hashes: 0 }
const SECRET = { secret: 'a-secret-that-two-servers-share-0123' }

for (const name of BACKEND_NAMES) {
  test(`${name}: a warm check costs nothing, a cold session one read, a cold token none, a sign-in one hash`, async () => {
    await using place = await startBackend(name)
    await using first = await startInProcess(SECRET, { store: await place.open() })
    await using cold = await startInProcess(SECRET, { store: await place.open() })
    const alice = await register(first)
    const check = (headers: Readonly<Record<string, string>>) => cold.call('GET', '/access/session', { headers })
    cold.resetCounts()
    assert.equal((await check({ cookie: alice.session })).status, 200)
    assert.deepEqual(cold.counts, { ...NOTHING, reads: 1 })
    for (let round = 0; round < 5; round += 1) assert.equal((await check({ cookie: alice.session })).status, 200)
    assert.deepEqual(cold.counts, { ...NOTHING, reads: 1 })
    assert.equal((await check({ authorization: alice.token })).status, 200)
    assert.deepEqual(cold.counts, { ...NOTHING, reads: 1 })
    cold.resetCounts()
    await login(cold)
    assert.equal(cold.counts.hashes, 1)
    // Two limits taken, one write of all that a sign-in is, two points given back.
    assert.equal(cold.counts.writes, 5)
  })
}
