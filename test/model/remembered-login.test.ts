// The rule of remembered logins, shown by enumeration over the real judge: tabs, restarts, lost answers, and a thief.
//
// Two assumptions, stated in `nextSteps`: requests and answers of the browser take less time than the race window, and a
// session outlives the requests that are under way.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { explore } from './explore.ts'
import { REAL, type Rules, type World } from './world.ts'

const HONEST_DEPTH = 40
const THIEF_DEPTH = 24

const noAlarm = (world: World) => !world.alarmed
const neverRefused = (world: World) => world.owner !== 'refuse'

/**
 * A thief who used a session that they got outside the window is noticed: from then on no request of the owner passes as
 * if nothing had happened. It raises the alarm, or, within the window after the thief's own rotation and where the thief
 * speaks as the same browser, is taken for another tab; then it leaves the owner with the secret that raises the alarm later.
 */
const noticed = (world: World) =>
  !(world.thief?.hasUsed === true && world.owner !== null && world.owner !== 'theft' && world.owner !== 'race')

function holds(t: TestContext, depth: number, withThief: boolean, claim: (world: World) => boolean): void {
  const { worlds, counterexample } = explore(depth, REAL, withThief, claim)
  t.diagnostic(`${worlds} worlds within ${depth} steps`)
  assert.equal(counterexample, undefined, counterexample?.join('\n'))
}

test('no honest run raises the alarm', (t) => holds(t, HONEST_DEPTH, false, noAlarm))

test('no honest run ends refused', (t) => holds(t, HONEST_DEPTH, false, neverRefused))

test('a thief who used what they got outside the window is noticed when the owner returns', (t) => holds(t, THIEF_DEPTH, true, noticed))

test('a thief is not refused without the alarm, and neither is the owner', (t) => holds(t, THIEF_DEPTH, true, neverRefused))

const MUTATIONS: Readonly<Record<string, Rules>> = {
  'without the race window': { ...REAL, raceWindow: -1 },
  'without asking whether the born session was used': {
    ...REAL,
    beforeJudging: (record) => ({ ...record, bornSessionUsed: record.bornSession !== null }),
  },
  'with the superseded secret as the previous one': { ...REAL, previousAfter: (before) => before.hash },
}

for (const [mutation, rules] of Object.entries(MUTATIONS)) {
  test(`${mutation} an honest run would raise the alarm`, (t) => {
    const { counterexample } = explore(HONEST_DEPTH, rules, false, noAlarm)
    assert.ok(counterexample, 'the enumeration has no teeth')
    t.diagnostic(counterexample.join('; '))
  })
}

test('if the session of a lost answer lived on, a thief could use it unnoticed', (t) => {
  const { counterexample } = explore(THIEF_DEPTH, { ...REAL, endsLostSessions: false }, true, noticed)
  assert.ok(counterexample, 'the enumeration has no teeth')
  t.diagnostic(counterexample.join('; '))
})

test('if first use were not asked for at all, a thief would go unnoticed', (t) => {
  const blind: Rules = { ...REAL, beforeJudging: (record) => ({ ...record, bornSessionUsed: false }) }
  const { counterexample } = explore(THIEF_DEPTH, blind, true, noticed)
  assert.ok(counterexample, 'the enumeration has no teeth')
  t.diagnostic(counterexample.join('; '))
})
