// The age of a batch includes the time that the read took.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { LogSubscribers } from '../../src/stores/log/subscribers.ts'

test('`readAgeMs` is at least the duration of the read', async () => {
  const read = async () => {
    await pause(80)
    return { entries: [], position: 0 }
  }
  const subscribers = new LogSubscribers({ read, hasChanges: () => false, pollIntervalMs: 20, heartbeatIntervalMs: 20 })
  const subscription = subscribers.subscribe(0)
  for (let beat = 0; beat < 2; beat += 1) {
    const { value } = await subscription.next()
    assert.ok(value.readAgeMs >= 79, `${value.readAgeMs} ms`)
  }
  await subscription.return?.()
})
