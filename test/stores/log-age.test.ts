// A log that was slow to answer says how things were when it was asked.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Followers } from '../../src/stores/log/followers.ts'

test('What is heard is as old as its reading took', async () => {
  const read = async () => {
    await pause(80)
    return { entries: [], position: 0 }
  }
  const followers = new Followers({ read, hasNews: () => false, pollEvery: 20, heartbeatEvery: 20 })
  const follower = followers.follow(0)
  for (let beat = 0; beat < 2; beat += 1) {
    const { value } = await follower.next()
    assert.ok(value.age >= 79, `${value.age} ms`)
  }
  await follower.return?.()
})
