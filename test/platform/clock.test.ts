// The clock of the machine, set and put to sleep.

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

test('Undisturbed, the clock is the wall clock', () => {
  const { clock, pass } = fakeSources()
  for (const span of [0, 1, SECOND, HOUR, 40 * DAY]) {
    pass(span)
    equal(clock.now() >= T0, true)
  }
  equal(clock.now(), T0 + 1 + SECOND + HOUR + 40 * DAY)
})

test('Small corrections are followed, however many there are', () => {
  const { clock, pass, set } = fakeSources()
  for (let round = 1; round <= 10; round += 1) {
    pass(2 * MINUTE)
    set(40 * SECOND)
    equal(clock.now(), T0 + round * (2 * MINUTE + 40 * SECOND))
  }
})

for (const step of [HOUR, -HOUR, 3 * DAY, -3 * DAY]) {
  test(`A step of ${step / HOUR} hours is not believed: time goes on as before, and after it is taken back, too`, () => {
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

  test(`A step of ${step / HOUR} hours that lasts five minutes was meant`, () => {
    const machineOf = fakeSources()
    const { clock, pass, set } = machineOf
    set(step)
    clock.now()
    pass(5 * MINUTE - 1)
    equal(clock.now(), T0 + 5 * MINUTE - 1)
    pass(1)
    equal(clock.now(), machineOf.wall)
    pass(HOUR)
    equal(clock.now(), machineOf.wall)
  })
}

test('The sleep of a machine is no step: what it has slept has passed', () => {
  const machineOf = fakeSources()
  const { clock, pass, sleep } = machineOf
  pass(SECOND)
  sleep(8 * HOUR)
  equal(clock.now(), T0 + SECOND + 8 * HOUR)
  pass(SECOND)
  equal(clock.now(), machineOf.wall)
})

test('The machine’s own clocks agree', () => {
  ok(Math.abs(createClock().now() - Date.now()) <= 1)
})
