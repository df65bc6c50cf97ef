// The number of store operations of a request, on each store: none for a cached credential, at most one read otherwise.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BACKEND_NAMES, startBackend } from '../support/backends.ts'
import { type Counts, startInProcess } from '../support/in-process.ts'
import { login, register } from '../support/users.ts'

const NO_OPERATIONS: Counts = { reads: 0, writes: 0, touches: 0, hashes: 0 }
const SECRET = { secret: 'a-secret-that-two-servers-share-0123' }

for (const name of BACKEND_NAMES) {
  test(`${name}: a cached check makes no read, an uncached session one, an uncached token none, a sign-in one hash`, async () => {
    await using backend = await startBackend(name)
    await using first = await startInProcess(SECRET, { store: await backend.open() })
    await using uncached = await startInProcess(SECRET, { store: await backend.open() })
    const alice = await register(first)
    const check = (headers: Readonly<Record<string, string>>) => uncached.call('GET', '/access/session', { headers })
    uncached.resetCounts()
    assert.equal((await check({ cookie: alice.session })).status, 200)
    assert.deepEqual(uncached.counts, { ...NO_OPERATIONS, reads: 1 })
    for (let round = 0; round < 5; round += 1) assert.equal((await check({ cookie: alice.session })).status, 200)
    assert.deepEqual(uncached.counts, { ...NO_OPERATIONS, reads: 1 })
    assert.equal((await check({ authorization: alice.token })).status, 200)
    assert.deepEqual(uncached.counts, { ...NO_OPERATIONS, reads: 1 })
    uncached.resetCounts()
    await login(uncached)
    assert.equal(uncached.counts.hashes, 1)
    // Two points taken, one write for the whole sign-in, two points refunded.
    assert.equal(uncached.counts.writes, 5)
  })
}
