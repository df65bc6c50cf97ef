// How late a heartbeat can have been: whatever the line and the clocks do, never less than it was.

import { equal, ok } from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { Endings } from '../../src/verify/endings.ts'
import { Freshness } from '../../src/verify/freshness.ts'

const MINUTE = 60_000
/** What the server's clock says when ours, the steady one, says nothing yet. */
const THERE = 1_800_000_000_000

let steady: number
let wall: number
let freshness: Freshness
beforeEach(() => {
  steady = 0
  wall = 1_700_000_000_000
  freshness = new Freshness({ steady: () => steady, wall: () => wall }, 1_000)
})

function pass(milliseconds: number): void {
  steady += milliseconds
  wall += milliseconds
}

/** Asks over a line that takes this long in each direction. Returns what brings a heartbeat of `saidAt` over it. */
function over(line: number): void {
  freshness.asked()
  pass(line)
  const answeredAt = THERE + steady
  pass(line)
  freshness.answered(answeredAt)
}

test('On a quick line a heartbeat is as old as it can be at most: what it took to ask, and since it was written', () => {
  over(20)
  ok(freshness.heard(THERE + steady - 20))
  equal(freshness.silence(), 40)
  pass(300)
  equal(freshness.silence(), 340)
})

test('A line that has been slow from the beginning is not taken for a quick one', () => {
  over(1_200)
  pass(250)
  equal(freshness.heard(THERE + steady - 1_200), false)
  ok(freshness.isSilent)
})

test('A head that comes at once proves nothing for a body that comes late', () => {
  freshness.asked()
  pass(5)
  const answeredAt = THERE + steady
  pass(950)
  freshness.answered(answeredAt)
  ok(freshness.heard(THERE + steady - 950))
  ok(freshness.silence() >= 950)
})

test('A line that becomes slow little by little is noticed', () => {
  over(5)
  for (let late = 5; late < 900; late += 5) {
    pass(250)
    ok(freshness.heard(THERE + steady - late))
    ok(freshness.silence() >= late)
  }
  pass(250)
  equal(freshness.heard(THERE + steady - 1_100), false)
})

test('What lay in a buffer while the machine slept is as old as the sleep was long', () => {
  over(5)
  const saidAt = THERE + steady
  // One clock stood still.
  wall += 60 * MINUTE
  equal(freshness.heard(saidAt), false)
  ok(freshness.silence() > 59 * MINUTE)
})

test('When the clock of the server is set, its heartbeats prove nothing until it is asked again', () => {
  over(5)
  ok(freshness.heard(THERE + steady))
  for (const step of [60 * MINUTE, -60 * MINUTE]) {
    pass(900)
    equal(freshness.heard(THERE + step + steady), false, `${step}`)
    over(5)
    ok(freshness.heard(THERE + steady))
  }
})

test('Before clocks can have drifted apart by much, it is time to ask again', () => {
  over(5)
  pass(9 * MINUTE)
  equal(freshness.isWorn, false)
  pass(2 * MINUTE)
  equal(freshness.isWorn, true)
  freshness.asked()
  equal(freshness.isWorn, false)
})

test('A reset is over when no token from before it can be good, also if it was said by a clock that was wrong', () => {
  const endings = new Endings(() => steady)
  endings.tokenLifetime = 5 * MINUTE
  const claims = { iss: 'i', aud: 'a', sub: 'u', client_id: 'c', sid: 's', jti: 'j', auth_time: 0, amr: [], roles: [] }
  const issuedAt = (at: number) => ({ ...claims, iat: at / 1000, exp: at / 1000 + 300 })
  endings.reset(THERE + 72 * 60 * MINUTE)
  equal(endings.judge(issuedAt(THERE)), 'expired')
  pass(5 * MINUTE)
  equal(endings.judge(issuedAt(THERE)), 'expired')
  pass(3 * MINUTE)
  equal(endings.judge(issuedAt(THERE)), undefined)
})
