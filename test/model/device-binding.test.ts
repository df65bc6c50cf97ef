// Device binding, checked by enumeration with the real rules: parallel requests, lost responses, time, a lost key, and a copy.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type BindingRules, type BindingState, canStillRead, INITIAL_STATE, nextTransitions, REAL_RULES } from './device-binding-model.ts'

/** Enough steps to bind, expire and renew twice, with a loss at every point. */
const DEPTH = 13

interface ExplorationResult {
  readonly states: number
  readonly reached: ReadonlySet<string>
  readonly counterexample: readonly string[] | undefined
}

function explore(rules: BindingRules, losesKey: boolean, property: (state: BindingState) => boolean): ExplorationResult {
  const known = new Set<string>([JSON.stringify(INITIAL_STATE)])
  const reached = new Set<string>()
  let edge: { readonly state: BindingState; readonly path: readonly string[] }[] = [{ state: INITIAL_STATE, path: [] }]
  for (let depth = 0; depth < DEPTH; depth += 1) {
    const next: typeof edge = []
    for (const { state, path } of edge) {
      for (const { what, to } of nextTransitions(state, rules, losesKey)) {
        const name = JSON.stringify(to)
        if (known.has(name)) continue
        known.add(name)
        reached.add(stateOf(to))
        if (!property(to)) return { states: known.size, reached, counterexample: [...path, what] }
        next.push({ state: to, path: [...path, what] })
      }
    }
    edge = next
  }
  return { states: known.size, reached, counterexample: undefined }
}

function stateOf({ binding, offer, key, inFlight }: BindingState): string {
  if (key === 'lost') return 'lost'
  if (inFlight.some((flight) => flight?.what === 'renew' || flight?.what === 'ask')) return 'refreshing'
  if (binding !== null) return 'bound'
  return offer === null ? 'unbound' : 'offered'
}

function holds(t: TestContext, losesKey: boolean, property: (state: BindingState) => boolean): ReadonlySet<string> {
  const { states, reached, counterexample } = explore(REAL_RULES, losesKey, property)
  t.diagnostic(`${states} states`)
  assert.equal(counterexample, undefined, counterexample?.join('\n'))
  return reached
}

function fails(t: TestContext, rules: Partial<BindingRules>, property: (state: BindingState, rules: BindingRules) => boolean): void {
  const changed = { ...REAL_RULES, ...rules }
  const { counterexample } = explore(changed, false, (state) => property(state, changed))
  assert.ok(counterexample, 'the enumeration must find a counterexample')
  t.diagnostic(counterexample.join('; '))
}

/** True also for a browser that never received the response that bound it. */
const hasKey = ({ key }: BindingState) => key !== 'lost'
const canRead = (state: BindingState, rules = REAL_RULES) => !hasKey(state) || canStillRead(state, rules)
const copyIsRejected = ({ copyGot }: BindingState) => copyGot === 'nothing'
const noAlarm = (state: BindingState) => state.recorded !== 'alarm' || !hasKey(state)

test('no sequence leaves an honest browser signed out', (t) => {
  const reached = holds(t, false, canRead)
  assert.deepEqual([...reached].sort(), ['bound', 'offered', 'refreshing', 'unbound'])
})

test('no sequence lets a copy without the device through once the browser has shown its proof', (t) => {
  const reached = holds(t, true, copyIsRejected)
  assert.ok(reached.has('lost'))
})

test('no sequence raises an alarm over the requests of an honest browser', (t) => {
  holds(t, false, noAlarm)
})

test('if an answered challenge were not accepted again, a browser whose response was lost would request another one and continue', (t) => {
  const { counterexample } = explore(
    { ...REAL_RULES, evaluateChallenge: (binding, at) => (at > binding.challengeAt ? 'renew' : 'stale') },
    false,
    canRead,
  )
  assert.equal(counterexample, undefined)
  t.diagnostic('repeating only saves a signature')
})

test('if every challenge were refused, an honest browser would be signed out', (t) => {
  fails(t, { evaluateChallenge: () => 'stale' }, canRead)
})

test('if a bound session were valid for a while without its proof, a copy would get in', (t) => {
  const lenient: BindingRules['evaluateDevice'] = (record, proofExpiry, now, policy) =>
    REAL_RULES.evaluateDevice(record, proofExpiry ?? (record.binding && record.binding.boundAt + 60_000), now, policy)
  fails(t, { evaluateDevice: lenient }, copyIsRejected)
})

test('if a bound lineage could be bound again, a copy would be bound', (t) => {
  fails(t, { evaluateRegistration: () => 'bind' }, copyIsRejected)
})

test('if a binding whose response was lost stayed in force, the browser would be signed out', (t) => {
  const strict: BindingRules['evaluateDevice'] = (record, proofExpiry, now, policy) =>
    REAL_RULES.evaluateDevice(
      { ...record, ...(record.binding && { binding: { ...record.binding, confirmedAt: 1 } }) },
      proofExpiry,
      now,
      policy,
    )
  fails(t, { evaluateDevice: strict }, canRead)
})
