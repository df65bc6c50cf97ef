// Remember-me logins, checked by enumeration with the real rules: tabs, restarts, lost responses, and an attacker.
//
// The enumeration runs until there is no new state, so the properties hold for sequences of any length. Two assumptions, each shown to be
// needed: a request and its response take less time than the concurrency window, and a session outlives the requests in flight.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { explore } from './explore.ts'
import { type ModelRules, type ModelState, REAL_RULES } from './remember-me-model.ts'

/** More steps than any state is away: reaching it is a failure. */
const DEPTH = 100

const noAlarm = (state: ModelState) => !state.theftReported
const ownerNeverRefused = (state: ModelState) => state.owner !== 'refuse' && state.intrusion?.verdict !== 'refuse'

/**
 * The owner has received and used the secret that replaced the copy, and the window is over: presenting the copy is suspected theft, no
 * matter which client presents it.
 */
const lateCopyRaisesAlarm = ({ intrusion }: ModelState) =>
  !(intrusion?.superseded === true && intrusion.late && intrusion.verdict !== 'theft_suspected')

/**
 * An attacker who used a session that they got outside the window is detected: from then on no request of the owner passes unnoticed. It
 * raises the alarm; or, within the window after the attacker's own rotation and with the same User-Agent, it counts as a concurrent tab,
 * and the owner keeps the secret that raises the alarm later.
 */
const attackerNoticed = (state: ModelState) =>
  !(state.attacker?.hasUsed === true && state.owner !== null && state.owner !== 'theft_suspected' && state.owner !== 'concurrent')

const sessionRevoked = (state: ModelState) =>
  !(state.owner === 'rotate' && state.attacker !== null && state.attacker.concurrentSession !== 'no')

function holds(t: TestContext, withAttacker: boolean, property: (state: ModelState) => boolean): void {
  const { states, complete, counterexample } = explore(DEPTH, REAL_RULES, withAttacker, property)
  t.diagnostic(`${states} states`)
  assert.equal(counterexample, undefined, counterexample?.join('\n'))
  assert.ok(complete, 'some states were not explored')
}

function fails(t: TestContext, rules: ModelRules, withAttacker: boolean, property: (state: ModelState) => boolean): void {
  const { counterexample } = explore(DEPTH, rules, withAttacker, property)
  assert.ok(counterexample, 'the enumeration must find a counterexample')
  t.diagnostic(counterexample.join('; '))
}

test('no honest sequence raises the alarm', (t) => holds(t, false, noAlarm))

test('no honest sequence ends with a refusal', (t) => holds(t, false, ownerNeverRefused))

test('an attacker who used a session from outside the window is detected when the owner returns', (t) => holds(t, true, attackerNoticed))

test('an attacker who comes after the owner, outside the window, raises the alarm at once', (t) => holds(t, true, lateCopyRaisesAlarm))

test('neither an attacker nor the owner is refused without the alarm', (t) => holds(t, true, ownerNeverRefused))

const MUTATIONS: Readonly<Record<string, ModelRules>> = {
  'without the concurrency window': { ...REAL_RULES, concurrencyWindow: -1 },
  'without checking whether the rotated session was used': {
    ...REAL_RULES,
    beforeEvaluation: (record) => ({ ...record, rotatedSessionUsed: record.rotatedSessionId !== null }),
  },
  'with the superseded secret as the previous one': { ...REAL_RULES, previousAfter: (before) => before.hash },
}

for (const [mutation, rules] of Object.entries(MUTATIONS)) {
  test(`${mutation} an honest sequence would raise the alarm`, (t) => fails(t, rules, false, noAlarm))
}

test('if requests took longer than the window, an honest sequence would raise the alarm', (t) =>
  fails(t, { ...REAL_RULES, respondsInTime: false }, false, noAlarm))

test('if a request arrived after its browser was reopened, an honest sequence would raise the alarm', (t) =>
  fails(t, { ...REAL_RULES, requestsArriveFirst: false }, false, noAlarm))

test('if a session expired while a request is in flight, an honest sequence would raise the alarm', (t) =>
  fails(t, { ...REAL_RULES, sessionsOutliveRequests: false }, false, noAlarm))

test('if every genuine secret except the current one counted as that of a restored store, a concurrent tab would be refused', (t) =>
  fails(t, { ...REAL_RULES, beforeEvaluation: (record) => ({ ...record, generation: 0 }) }, false, ownerNeverRefused))

test('if first use were ignored, an attacker who comes late would raise no alarm', (t) =>
  fails(t, { ...REAL_RULES, beforeEvaluation: (record) => ({ ...record, rotatedSessionUsed: false }) }, true, lateCopyRaisesAlarm))

test('if the session of a lost response stayed valid, an attacker could use it undetected', (t) =>
  fails(t, { ...REAL_RULES, revokesLostSessions: false }, true, attackerNoticed))

test('if first use were ignored, an attacker would remain undetected', (t) =>
  fails(t, { ...REAL_RULES, beforeEvaluation: (record) => ({ ...record, rotatedSessionUsed: false }) }, true, attackerNoticed))

/**
 * An attacker who opens a window with a rotation of their own and presents the same copy again within it gets a session whose use is not
 * recorded. To the owner's next request that looks like a lost response, so there is no alarm; but every session that is not the owner's is
 * revoked.
 */
test('an attacker with a concurrent session in a window of their own loses it when the owner returns', (t) =>
  holds(t, true, sessionRevoked))

test('if the sessions of a lost response stayed valid, such an attacker would keep theirs', (t) =>
  fails(t, { ...REAL_RULES, revokesLostSessions: false }, true, sessionRevoked))
