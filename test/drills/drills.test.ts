// Short versions of the drills of `npm run drill`. They assert the guarantees, and print the measurements.

import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { BACKEND_NAMES } from '../support/backends.ts'
import { startDeployment } from './deployment.ts'
import { FAULTS, runDrill } from './faults.ts'
import { measureRevocationDelays, percentile } from './revocation-delays.ts'

const SIGN_OUTS = 25
const DOWNTIME_MS = 1_500
const MAX_DELAY_MS = 1_000

for (const name of BACKEND_NAMES) {
  test(`${name}: a confirmed sign-out is refused everywhere within a second`, async (t) => {
    await using deployment = await startDeployment(name)
    const { server, verifier } = await measureRevocationDelays(deployment, SIGN_OUTS, () => {})
    for (const [where, delays] of Object.entries({ server, verifier })) {
      const [p50, p99, max] = [percentile(delays, 0.5), percentile(delays, 0.99), Math.max(...delays)]
      t.diagnostic(`${where}: p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, max ${max.toFixed(1)} ms`)
      ok(max < MAX_DELAY_MS, `${where}: ${max} ms`)
    }
  })
}

for (const fault of FAULTS) {
  for (const name of fault.backends) {
    test(`${fault.name}, with ${name}: no wrong acceptance, no wrong sign-out, no confirmed change lost`, async (t) => {
      const result = await runDrill(fault, name, DOWNTIME_MS)
      t.diagnostic(JSON.stringify(result))
      ok(result.requests > 50)
      equal(result.wronglyAccepted, 0)
      equal(result.wronglySignedOut, 0)
      equal(result.lost, 0)
      ok(result.secondsToRecover < 2)
    })
  }
}
