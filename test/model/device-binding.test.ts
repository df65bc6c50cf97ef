// The rule of bound sign-ins, shown by enumeration over the real judges: parallel requests, lost answers, time, a lost key, and a copy.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type BindingRules, type BindingState, canStillRead, INITIAL_STATE, nextTransitions, REAL_RULES } from './device-binding-model.ts'

/** As many steps as bind, expire and renew twice over, with a loss at every point. */
const DEPTH = 13

interface ExplorationResult {
  readonly worlds: number
  readonly reached: ReadonlySet<string>
  readonly counterexample: readonly string[] | undefined
}

function explore(rules: BindingRules, loses: boolean, claim: (world: BindingState) => boolean): ExplorationResult {
  const known = new Set<string>([JSON.stringify(INITIAL_STATE)])
  const reached = new Set<string>()
  let edge: { readonly world: BindingState; readonly path: readonly string[] }[] = [{ world: INITIAL_STATE, path: [] }]
  for (let depth = 0; depth < DEPTH; depth += 1) {
    const next: typeof edge = []
    for (const { world, path } of edge) {
      for (const { what, to } of nextTransitions(world, rules, loses)) {
        const name = JSON.stringify(to)
        if (known.has(name)) continue
        known.add(name)
        reached.add(stateOf(to))
        if (!claim(to)) return { worlds: known.size, reached, counterexample: [...path, what] }
        next.push({ world: to, path: [...path, what] })
      }
    }
    edge = next
  }
  return { worlds: known.size, reached, counterexample: undefined }
}

function stateOf({ binding, offer, key, inFlight }: BindingState): string {
  if (key === 'lost') return 'lost'
  if (inFlight.some((flight) => flight?.what === 'renew' || flight?.what === 'ask')) return 'refreshing'
  if (binding !== null) return 'bound'
  return offer === null ? 'unbound' : 'offered'
}

function holds(t: TestContext, loses: boolean, claim: (world: BindingState) => boolean): ReadonlySet<string> {
  const { worlds, reached, counterexample } = explore(REAL_RULES, loses, claim)
  t.diagnostic(`${worlds} worlds`)
  assert.equal(counterexample, undefined, counterexample?.join('\n'))
  return reached
}

function fails(t: TestContext, rules: Partial<BindingRules>, claim: (world: BindingState, rules: BindingRules) => boolean): void {
  const changed = { ...REAL_RULES, ...rules }
  const { counterexample } = explore(changed, false, (world) => claim(world, changed))
  assert.ok(counterexample, 'the enumeration has no teeth')
  t.diagnostic(counterexample.join('; '))
}

/** Also one that never heard the answer that bound it. */
const hasKey = ({ key }: BindingState) => key !== 'lost'
const canRead = (world: BindingState, rules = REAL_RULES) => !hasKey(world) || canStillRead(world, rules)
const copyIsRejected = ({ copyGot }: BindingState) => copyGot === 'nothing'
const noAlarm = (world: BindingState) => world.recorded !== 'alarm' || !hasKey(world)

test('no sequence leaves an honest browser signed out', (t) => {
  const reached = holds(t, false, canRead)
  assert.deepEqual([...reached].sort(), ['bound', 'offered', 'refreshing', 'unbound'])
})

test('no sequence lets a copy without the device through once the browser has shown its proof', (t) => {
  const reached = holds(t, true, copyIsRejected)
  assert.ok(reached.has('lost'))
})

test('no sequence raises an alarm over what an honest browser sent', (t) => {
  holds(t, false, noAlarm)
})

test('if an answered challenge were not answered again, only a lost answer would tell: the browser asks for another, and goes on', (t) => {
  const { counterexample } = explore(
    { ...REAL_RULES, evaluateChallenge: (binding, at) => (at > binding.challengeAt ? 'renew' : 'stale') },
    false,
    canRead,
  )
  assert.equal(counterexample, undefined)
  t.diagnostic('repeating spares a signature, and nobody depends on it')
})

test('if every challenge were refused, an honest browser would be signed out', (t) => {
  fails(t, { evaluateChallenge: () => 'stale' }, canRead)
})

test('if a bound session did for a while without its proof, a copy would get in', (t) => {
  const lenient: BindingRules['evaluateDevice'] = (record, proven, now, policy) =>
    REAL_RULES.evaluateDevice(record, proven ?? (record.binding && record.binding.boundAt + 60_000), now, policy)
  fails(t, { evaluateDevice: lenient }, copyIsRejected)
})

test('if what is bound could be bound again, a copy would be', (t) => {
  fails(t, { evaluateRegistration: () => 'bind' }, copyIsRejected)
})

test('if a binding that the browser never heard of stayed, it would be signed out', (t) => {
  const strict: BindingRules['evaluateDevice'] = (record, proven, now, policy) =>
    REAL_RULES.evaluateDevice({ ...record, ...(record.binding && { binding: { ...record.binding, confirmedAt: 1 } }) }, proven, now, policy)
  fails(t, { evaluateDevice: strict }, canRead)
})
