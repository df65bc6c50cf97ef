// The system clock: steps, small corrections, and sleep.

import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/time.ts'
import { createClock } from '../../src/platform/clock.ts'

const T0 = Date.parse('2026-05-03T12:00:00Z')

function fakeSources() {
  const time = { wall: T0, awake: 5_000, running: 9_000 }
  const clock = createClock({ wall: () => time.wall, monotonic: () => time.awake, uptime: () => time.running })
  return {
    clock,
    pass(milliseconds: number) {
      time.wall += milliseconds
      time.awake += milliseconds
      time.running += milliseconds
    },
    sleep(milliseconds: number) {
      time.wall += milliseconds
      time.running += milliseconds
    },
    set(milliseconds: number) {
      time.wall += milliseconds
    },
    get wall() {
      return time.wall
    },
  }
}

test('without steps, the clock equals the wall clock', () => {
  const { clock, pass } = fakeSources()
  for (const span of [0, 1, SECOND, HOUR, 40 * DAY]) {
    pass(span)
    equal(clock.now() >= T0, true)
  }
  equal(clock.now(), T0 + 1 + SECOND + HOUR + 40 * DAY)
})

test('any number of small corrections is followed', () => {
  const { clock, pass, set } = fakeSources()
  for (let round = 1; round <= 10; round += 1) {
    pass(2 * MINUTE)
    set(40 * SECOND)
    equal(clock.now(), T0 + round * (2 * MINUTE + 40 * SECOND))
  }
})

for (const step of [HOUR, -HOUR, 3 * DAY, -3 * DAY]) {
  test(`a step of ${step / HOUR} hours is not adopted at once: time continues as before, also after the step is reversed`, () => {
    const { clock, pass, set } = fakeSources()
    pass(10 * SECOND)
    set(step)
    for (let second = 1; second <= 60; second += 1) {
      pass(SECOND)
      equal(clock.now(), T0 + 10 * SECOND + second * SECOND)
    }
    set(-step)
    pass(SECOND)
    equal(clock.now(), T0 + 71 * SECOND)
  })

  test(`a step of ${step / HOUR} hours that lasts five minutes is adopted`, () => {
    const sources = fakeSources()
    const { clock, pass, set } = sources
    set(step)
    clock.now()
    pass(5 * MINUTE - 1)
    equal(clock.now(), T0 + 5 * MINUTE - 1)
    pass(1)
    equal(clock.now(), sources.wall)
    pass(HOUR)
    equal(clock.now(), sources.wall)
  })
}

test('sleep of the machine is not a step: time has passed during it', () => {
  const sources = fakeSources()
  const { clock, pass, sleep } = sources
  pass(SECOND)
  sleep(8 * HOUR)
  equal(clock.now(), T0 + SECOND + 8 * HOUR)
  pass(SECOND)
  equal(clock.now(), sources.wall)
})

test('the clock agrees with the clocks of this machine', () => {
  ok(Math.abs(createClock().now() - Date.now()) <= 1)
})
