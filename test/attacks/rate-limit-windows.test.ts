// The edges of a limit's window: a late refund does not enter the next window, and every address has one spelling.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { type CallOptions, type InProcess, startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'

const WRONG = { ...ALICE, password: 'wrong' }
const WINDOW = 300_000

async function hashed(latchkey: InProcess, tries: number, options: CallOptions = {}): Promise<number> {
  latchkey.resetCounts()
  for (let index = 0; index < tries; index += 1) await latchkey.call('POST', '/access/login', { body: WRONG, ...options })
  return latchkey.counts.hashes
}

test('a point taken in one window is not refunded to the next', async () => {
  const memory = createMemoryStore()
  const afterTaking: (() => Promise<void>)[] = []
  const store: Store = {
    ...memory,
    limits: {
      ...memory.limits,
      async take(key, limit, now) {
        const count = await memory.limits.take(key, limit, now)
        if (key.startsWith('network:')) await afterTaking.shift()?.()
        return count
      },
    },
  }
  await using latchkey = await startInProcess({}, { store })
  await register(latchkey)
  assert.equal(await hashed(latchkey, 10), 10)
  const meanwhile = async () => {
    latchkey.clock.advance(WINDOW)
    assert.equal(await hashed(latchkey, 1), 1)
  }
  afterTaking.push(meanwhile)
  assert.equal((await latchkey.call('POST', '/access/login', { body: WRONG })).status, 429)
  assert.equal(await hashed(latchkey, 20), 9, 'ten in total after a refused attempt')
  latchkey.clock.advance(WINDOW)
  afterTaking.push(meanwhile)
  assert.equal((await latchkey.call('POST', '/access/login', { body: ALICE })).status, 200)
  assert.equal(await hashed(latchkey, 20), 9, 'ten in total after a correct one')
})

test('refused attempts do not extend the window', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  assert.equal(await hashed(latchkey, 15), 10)
  for (let minute = 0; minute < 4; minute += 1) {
    latchkey.clock.advance(60_000)
    assert.equal(await hashed(latchkey, 5), 0)
  }
  const { headers } = await latchkey.call('POST', '/access/login', { body: WRONG })
  assert.equal(headers['retry-after'], '60')
  latchkey.clock.advance(60_000)
  assert.equal((await latchkey.call('POST', '/access/login', { body: ALICE })).status, 200)
})

test('an address counts as one in every spelling: mapped, compressed, upper case, with a zone', async () => {
  await using latchkey = await startInProcess({ loginLimit: '1000/5m,10/5m' })
  const groups = [
    ['203.0.113.7', '::ffff:203.0.113.7', '::FFFF:203.0.113.7', '0:0:0:0:0:ffff:203.0.113.7'],
    ['2001:db8:a:b::1', '2001:DB8:A:B::2', '2001:0db8:000a:000b:0:0:0:3', '2001:db8:a:b:ffff::4', '2001:db8:a:b::5%eth0'],
  ]
  for (const group of groups) {
    latchkey.resetCounts()
    for (let index = 0; index < 25; index += 1) {
      const username = `user${index}`
      await latchkey.call('POST', '/access/login', { body: { username, password: 'x' }, address: group[index % group.length] ?? '' })
    }
    assert.equal(latchkey.counts.hashes, 10, group[0])
  }
})
