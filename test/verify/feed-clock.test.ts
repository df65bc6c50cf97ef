// The feed clock never underestimates the lag of a heartbeat, whatever the connection and the clocks do.

import { equal, ok } from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { FeedClock } from '../../src/verify/feed-clock.ts'
import { RevokedSessions } from '../../src/verify/revoked-sessions.ts'

const MINUTE = 60_000
/** The server's time when our monotonic clock is at zero. */
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

/** Connects with this delay in each direction, in milliseconds. */
function connect(delay: number): void {
  feedClock.requestStarted()
  advance(delay)
  const respondedAt = SERVER_EPOCH + monotonic
  advance(delay)
  feedClock.firstEventReceived(respondedAt)
}

test('the lag is the time of the request plus the time since the heartbeat was written', () => {
  connect(20)
  ok(feedClock.heartbeatReceived(SERVER_EPOCH + monotonic - 20))
  equal(feedClock.lagMs(), 40)
  advance(300)
  equal(feedClock.lagMs(), 340)
})

test('a connection that is slow from the start is not taken for a fast one', () => {
  connect(1_200)
  advance(250)
  equal(feedClock.heartbeatReceived(SERVER_EPOCH + monotonic - 1_200), false)
  ok(feedClock.isStale)
})

test('early response headers prove nothing about a late body', () => {
  feedClock.requestStarted()
  advance(5)
  const respondedAt = SERVER_EPOCH + monotonic
  advance(950)
  feedClock.firstEventReceived(respondedAt)
  ok(feedClock.heartbeatReceived(SERVER_EPOCH + monotonic - 950))
  ok(feedClock.lagMs() >= 950)
})

test('a connection that becomes slow gradually is noticed', () => {
  connect(5)
  for (let delay = 5; delay < 900; delay += 5) {
    advance(250)
    ok(feedClock.heartbeatReceived(SERVER_EPOCH + monotonic - delay))
    ok(feedClock.lagMs() >= delay)
  }
  advance(250)
  equal(feedClock.heartbeatReceived(SERVER_EPOCH + monotonic - 1_100), false)
})

test('a heartbeat buffered while the machine slept is as old as the sleep', () => {
  connect(5)
  const sentAt = SERVER_EPOCH + monotonic
  // Only the wall clock advances while the machine sleeps.
  wall += 60 * MINUTE
  equal(feedClock.heartbeatReceived(sentAt), false)
  ok(feedClock.lagMs() > 59 * MINUTE)
})

test('after the server clock is set, heartbeats do not count until the next connection', () => {
  connect(5)
  ok(feedClock.heartbeatReceived(SERVER_EPOCH + monotonic))
  for (const step of [60 * MINUTE, -60 * MINUTE]) {
    advance(900)
    equal(feedClock.heartbeatReceived(SERVER_EPOCH + step + monotonic), false, `${step}`)
    connect(5)
    ok(feedClock.heartbeatReceived(SERVER_EPOCH + monotonic))
  }
})

test('the connection is renewed before the clocks can drift apart', () => {
  connect(5)
  advance(9 * MINUTE)
  equal(feedClock.needsReconnect, false)
  advance(2 * MINUTE)
  equal(feedClock.needsReconnect, true)
  feedClock.requestStarted()
  equal(feedClock.needsReconnect, false)
})

test('a reset expires with the tokens from before it, even when its time came from a wrong clock', () => {
  const revokedSessions = new RevokedSessions(() => monotonic)
  revokedSessions.tokenLifetime = 5 * MINUTE
  const claims = { iss: 'i', aud: 'a', sub: 'u', client_id: 'c', sid: 's', jti: 'j', auth_time: 0, amr: [], roles: [] }
  const issuedAt = (at: number) => ({ ...claims, iat: at / 1000, exp: at / 1000 + 300 })
  revokedSessions.reset(SERVER_EPOCH + 72 * 60 * MINUTE)
  equal(revokedSessions.check(issuedAt(SERVER_EPOCH)), 'expired')
  advance(5 * MINUTE)
  equal(revokedSessions.check(issuedAt(SERVER_EPOCH)), 'expired')
  advance(3 * MINUTE)
  equal(revokedSessions.check(issuedAt(SERVER_EPOCH)), undefined)
})
