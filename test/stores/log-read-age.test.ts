// A log that was slow to answer says how things were when it was asked.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { LogSubscribers } from '../../src/stores/log/subscribers.ts'

test('What is heard is as old as its reading took', async () => {
  const read = async () => {
    await pause(80)
    return { entries: [], position: 0 }
  }
  const followers = new LogSubscribers({ read, hasChanges: () => false, pollIntervalMs: 20, heartbeatIntervalMs: 20 })
  const follower = followers.subscribe(0)
  for (let beat = 0; beat < 2; beat += 1) {
    const { value } = await follower.next()
    assert.ok(value.readAgeMs >= 79, `${value.readAgeMs} ms`)
  }
  await follower.return?.()
})
