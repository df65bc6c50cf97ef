// From a confirmed sign-out until nobody else accepts its session or its token any more: as the drills measure it.

import { startDeployment } from '../../test/drills/deployment.ts'
import { measureEndings, percentile } from '../../test/drills/endings.ts'
import { PLACE_NAMES } from '../../test/support/places.ts'
import type { Context } from '../context.ts'
import { keepToLoadCore, useAllCores } from '../cores.ts'
import { type Measured, type Row, rowsOf } from '../rows.ts'

export async function ending(context: Context): Promise<readonly Row[]> {
  const slowest: Measured[] = []
  const last: Measured[] = []
  useAllCores()
  try {
    for (const name of PLACE_NAMES) {
      const subject = `Latchkey on ${name}`
      try {
        await using deployment = await startDeployment(name)
        const tell = (done: number) => context.tell(`${name}: ${done} sign-outs`)
        const { server, verifier } = await measureEndings(deployment, context.quick ? 30 : 200, tell)
        const all = [...server, ...verifier]
        slowest.push({ subject, values: [percentile(all, 0.99)] })
        last.push({ subject, values: [Math.max(...all)] })
      } catch (error) {
        const note = error instanceof Error ? error.message : String(error)
        slowest.push({ subject, values: [], note })
      }
    }
  } finally {
    keepToLoadCore()
  }
  const goals = (below: number) => PLACE_NAMES.map((name) => ({ name: 'P11', subject: `Latchkey on ${name}`, below }))
  return [
    ...rowsOf('ending: slowest 1 % of the last acceptances', 'ms', slowest, null, goals(100)),
    ...rowsOf('ending: the very last acceptance', 'ms', last, null, goals(1_000)),
  ]
}
