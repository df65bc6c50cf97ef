// How late a heartbeat can have been: whatever the line and the clocks do, never less than it was.

import { equal, ok } from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { FeedClock } from '../../src/verify/feed-clock.ts'
import { RevokedSessions } from '../../src/verify/revoked-sessions.ts'

const MINUTE = 60_000
/** What the server's clock says when ours, the steady one, says nothing yet. */
const SERVER_EPOCH = 1_800_000_000_000

let monotonic: number
let wall: number
let feedClock: FeedClock
beforeEach(() => {
  monotonic = 0
  wall = 1_700_000_000_000
  feedClock = new FeedClock({ monotonic: () => monotonic, wall: () => wall }, 1_000)
})

function advance(milliseconds: number): void {
  monotonic += milliseconds
  wall += milliseconds
}

/** Asks over a line that takes this long in each direction. Returns what brings a heartbeat of `saidAt` over it. */
function connect(line: number): void {
  feedClock.requestStarted()
  advance(line)
  const answeredAt = SERVER_EPOCH + monotonic
  advance(line)
  feedClock.firstEventReceived(answeredAt)
}

test('On a quick line a heartbeat is as old as it can be at most: what it took to ask, and since it was written', () => {
  connect(20)
  ok(feedClock.heartbeatReceived(SERVER_EPOCH + monotonic - 20))
  equal(feedClock.lagMs(), 40)
  advance(300)
  equal(feedClock.lagMs(), 340)
})

test('A line that has been slow from the beginning is not taken for a quick one', () => {
  connect(1_200)
  advance(250)
  equal(feedClock.heartbeatReceived(SERVER_EPOCH + monotonic - 1_200), false)
  ok(feedClock.isStale)
})

test('A head that comes at once proves nothing for a body that comes late', () => {
  feedClock.requestStarted()
  advance(5)
  const answeredAt = SERVER_EPOCH + monotonic
  advance(950)
  feedClock.firstEventReceived(answeredAt)
  ok(feedClock.heartbeatReceived(SERVER_EPOCH + monotonic - 950))
  ok(feedClock.lagMs() >= 950)
})

test('A line that becomes slow little by little is noticed', () => {
  connect(5)
  for (let late = 5; late < 900; late += 5) {
    advance(250)
    ok(feedClock.heartbeatReceived(SERVER_EPOCH + monotonic - late))
    ok(feedClock.lagMs() >= late)
  }
  advance(250)
  equal(feedClock.heartbeatReceived(SERVER_EPOCH + monotonic - 1_100), false)
})

test('What lay in a buffer while the machine slept is as old as the sleep was long', () => {
  connect(5)
  const saidAt = SERVER_EPOCH + monotonic
  // One clock stood still.
  wall += 60 * MINUTE
  equal(feedClock.heartbeatReceived(saidAt), false)
  ok(feedClock.lagMs() > 59 * MINUTE)
})

test('When the clock of the server is set, its heartbeats prove nothing until it is asked again', () => {
  connect(5)
  ok(feedClock.heartbeatReceived(SERVER_EPOCH + monotonic))
  for (const step of [60 * MINUTE, -60 * MINUTE]) {
    advance(900)
    equal(feedClock.heartbeatReceived(SERVER_EPOCH + step + monotonic), false, `${step}`)
    connect(5)
    ok(feedClock.heartbeatReceived(SERVER_EPOCH + monotonic))
  }
})

test('Before clocks can have drifted apart by much, it is time to ask again', () => {
  connect(5)
  advance(9 * MINUTE)
  equal(feedClock.needsReconnect, false)
  advance(2 * MINUTE)
  equal(feedClock.needsReconnect, true)
  feedClock.requestStarted()
  equal(feedClock.needsReconnect, false)
})

test('A reset is over when no token from before it can be good, also if it was said by a clock that was wrong', () => {
  const endings = new RevokedSessions(() => monotonic)
  endings.tokenLifetime = 5 * MINUTE
  const claims = { iss: 'i', aud: 'a', sub: 'u', client_id: 'c', sid: 's', jti: 'j', auth_time: 0, amr: [], roles: [] }
  const issuedAt = (at: number) => ({ ...claims, iat: at / 1000, exp: at / 1000 + 300 })
  endings.reset(SERVER_EPOCH + 72 * 60 * MINUTE)
  equal(endings.check(issuedAt(SERVER_EPOCH)), 'expired')
  advance(5 * MINUTE)
  equal(endings.check(issuedAt(SERVER_EPOCH)), 'expired')
  advance(3 * MINUTE)
  equal(endings.check(issuedAt(SERVER_EPOCH)), undefined)
})
