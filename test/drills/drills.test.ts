// The drills, shortened: `npm run drill` has the long ones. What must hold is asserted; what was measured is told.

import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { PLACE_NAMES } from '../support/places.ts'
import { startDeployment } from './deployment.ts'
import { measureEndings, percentile } from './endings.ts'
import { drill, FAULTS } from './faults.ts'

const SIGN_OUTS = 25
const AWAY = 1_500
const BOUND = 1_000

for (const name of PLACE_NAMES) {
  test(`${name}: a confirmed sign-out is refused everywhere within a second`, async (t) => {
    await using deployment = await startDeployment(name)
    const { server, verifier } = await measureEndings(deployment, SIGN_OUTS, () => {})
    for (const [where, delays] of Object.entries({ server, verifier })) {
      const [p50, p99, max] = [percentile(delays, 0.5), percentile(delays, 0.99), Math.max(...delays)]
      t.diagnostic(`${where}: p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, max ${max.toFixed(1)} ms`)
      ok(max < BOUND, `${where}: ${max} ms`)
    }
  })
}

for (const fault of FAULTS) {
  for (const name of fault.places) {
    test(`${fault.name}, with ${name}: nothing is wrongly accepted, nobody is signed out by it, nothing confirmed is lost`, async (t) => {
      const tally = await drill(fault, name, AWAY)
      t.diagnostic(JSON.stringify(tally))
      ok(tally.requests > 50)
      equal(tally.wronglyAccepted, 0)
      equal(tally.wronglySignedOut, 0)
      equal(tally.lost, 0)
      ok(tally.secondsToRecover < 2)
    })
  }
}
