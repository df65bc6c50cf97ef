// The rule of remembered logins, shown by enumeration over the real judge: tabs, restarts, lost answers, and a thief.
//
// The enumeration runs until there is no new world, so the claims hold for runs of any length. Two assumptions, each shown
// to be needed: requests and answers of the browser take less time than the race window, and a session outlives the
// requests that are under way.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { explore } from './explore.ts'
import { type ModelRules, type ModelState, REAL_RULES } from './remember-me-model.ts'

/** More steps than any world is away: reaching it is a failure. */
const DEPTH = 100

const noAlarm = (world: ModelState) => !world.theftReported
const ownerNeverRefused = (world: ModelState) => world.owner !== 'refuse' && world.intrusion?.verdict !== 'refuse'

/** The owner has received and used what replaced the copy, and the window is over: presenting the copy is theft, whoever speaks. */
const lateCopyRaisesAlarm = ({ intrusion }: ModelState) =>
  !(intrusion?.superseded === true && intrusion.late && intrusion.verdict !== 'theft_suspected')

/**
 * A thief who used a session that they got outside the window is noticed: from then on no request of the owner passes as
 * if nothing had happened. It raises the alarm, or, within the window after the thief's own rotation and where the thief
 * speaks as the same browser, is taken for another tab; then it leaves the owner with the secret that raises the alarm later.
 */
const attackerNoticed = (world: ModelState) =>
  !(world.attacker?.hasUsed === true && world.owner !== null && world.owner !== 'theft_suspected' && world.owner !== 'concurrent')

const sessionRevoked = (world: ModelState) => !(world.owner === 'rotate' && world.attacker !== null && world.attacker.raced !== 'no')

function holds(t: TestContext, withThief: boolean, claim: (world: ModelState) => boolean): void {
  const { worlds, complete, counterexample } = explore(DEPTH, REAL_RULES, withThief, claim)
  t.diagnostic(`${worlds} worlds`)
  assert.equal(counterexample, undefined, counterexample?.join('\n'))
  assert.ok(complete, 'there are worlds that were not looked at')
}

function fails(t: TestContext, rules: ModelRules, withThief: boolean, claim: (world: ModelState) => boolean): void {
  const { counterexample } = explore(DEPTH, rules, withThief, claim)
  assert.ok(counterexample, 'the enumeration has no teeth')
  t.diagnostic(counterexample.join('; '))
}

test('no honest run raises the alarm', (t) => holds(t, false, noAlarm))

test('no honest run ends refused', (t) => holds(t, false, ownerNeverRefused))

test('a thief who used what they got outside the window is noticed when the owner returns', (t) => holds(t, true, attackerNoticed))

test('a thief who comes after the owner, outside the window, raises the alarm at once', (t) => holds(t, true, lateCopyRaisesAlarm))

test('a thief is not refused without the alarm, and neither is the owner', (t) => holds(t, true, ownerNeverRefused))

const MUTATIONS: Readonly<Record<string, ModelRules>> = {
  'without the race window': { ...REAL_RULES, concurrencyWindow: -1 },
  'without asking whether the born session was used': {
    ...REAL_RULES,
    beforeJudging: (record) => ({ ...record, rotatedSessionUsed: record.rotatedSessionId !== null }),
  },
  'with the superseded secret as the previous one': { ...REAL_RULES, previousAfter: (before) => before.hash },
}

for (const [mutation, rules] of Object.entries(MUTATIONS)) {
  test(`${mutation} an honest run would raise the alarm`, (t) => fails(t, rules, false, noAlarm))
}

test('if requests took longer than the window, an honest run would raise the alarm', (t) =>
  fails(t, { ...REAL_RULES, answersInTime: false }, false, noAlarm))

test('if a request arrived after its browser was opened again, an honest run would raise the alarm', (t) =>
  fails(t, { ...REAL_RULES, requestsArriveFirst: false }, false, noAlarm))

test('if a session ended by itself while a request is under way, an honest run would raise the alarm', (t) =>
  fails(t, { ...REAL_RULES, sessionsOutliveRequests: false }, false, noAlarm))

test('if every genuine secret but the current one were taken for one of a restored store, a lost race would leave the browser refused', (t) =>
  fails(t, { ...REAL_RULES, beforeJudging: (record) => ({ ...record, generation: 0 }) }, false, ownerNeverRefused))

test('if first use were not asked for at all, a thief who comes late would raise no alarm', (t) =>
  fails(t, { ...REAL_RULES, beforeJudging: (record) => ({ ...record, rotatedSessionUsed: false }) }, true, lateCopyRaisesAlarm))

test('if the session of a lost answer lived on, a thief could use it unnoticed', (t) =>
  fails(t, { ...REAL_RULES, endsLostSessions: false }, true, attackerNoticed))

test('if first use were not asked for at all, a thief would go unnoticed', (t) =>
  fails(t, { ...REAL_RULES, beforeJudging: (record) => ({ ...record, rotatedSessionUsed: false }) }, true, attackerNoticed))

/**
 * A thief who opens a window by a rotation of their own and presents the same copy again within it gets a session whose use is
 * not told to the record. To the owner that looks as if an answer had been lost, so there is no alarm; but every session that
 * was not the owner's ends.
 */
test('a thief who holds a session of a race in a window of their own loses it when the owner returns', (t) =>
  holds(t, true, sessionRevoked))

test('if the sessions of a lost answer lived on, such a thief would keep theirs', (t) =>
  fails(t, { ...REAL_RULES, endsLostSessions: false }, true, sessionRevoked))
