// Measures the delay from a confirmed sign-out until no process or verifier accepts its session or token, as the drills do.

import { startDeployment } from '../../test/drills/deployment.ts'
import { measureRevocationDelays, percentile } from '../../test/drills/revocation-delays.ts'
import { BACKEND_NAMES } from '../../test/support/backends.ts'
import type { Context } from '../context.ts'
import { pinToLoadCore, useAllCores } from '../cpu-affinity.ts'
import { type Measurement, type Row, toRows } from '../rows.ts'

export async function revocation(context: Context): Promise<readonly Row[]> {
  const slowest: Measurement[] = []
  const last: Measurement[] = []
  useAllCores()
  try {
    for (const name of BACKEND_NAMES) {
      const subject = `Latchkey on ${name}`
      try {
        await using deployment = await startDeployment(name)
        const onProgress = (done: number) => context.reportProgress(`${name}: ${done} sign-outs`)
        const { server, verifier } = await measureRevocationDelays(deployment, context.quick ? 30 : 200, onProgress)
        const all = [...server, ...verifier]
        slowest.push({ subject, values: [percentile(all, 0.99)] })
        last.push({ subject, values: [Math.max(...all)] })
      } catch (error) {
        const note = error instanceof Error ? error.message : String(error)
        slowest.push({ subject, values: [], note })
      }
    }
  } finally {
    pinToLoadCore()
  }
  const goals = (below: number) => BACKEND_NAMES.map((name) => ({ name: 'P11', subject: `Latchkey on ${name}`, below }))
  return [
    ...toRows('revocation: slowest 1 % of the last acceptances', 'ms', slowest, null, goals(100)),
    ...toRows('revocation: the very last acceptance', 'ms', last, null, goals(1_000)),
  ]
}
