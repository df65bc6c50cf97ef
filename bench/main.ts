// npm run bench: measures Latchkey, its peers and the physical limits in one run.

import { parseArgs } from 'node:util'
import type { Context, Measure } from './context.ts'
import { pinToLoadCore } from './cpu-affinity.ts'
import { counts } from './measures/counts.ts'
import { growth } from './measures/growth.ts'
import { http } from './measures/http.ts'
import { check, dpop, token } from './measures/in-process.ts'
import { login } from './measures/login.ts'
import { memory } from './measures/memory.ts'
import { revocation } from './measures/revocation.ts'
import { start } from './measures/start.ts'
import { writeResults } from './results.ts'
import type { Row } from './rows.ts'
import { tableOf } from './table.ts'

const MEASURES: Readonly<Record<string, Measure>> = { http, check, token, dpop, counts, login, memory, start, revocation, growth }

const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } } })
const names = values.only?.split(',') ?? Object.keys(MEASURES)
const unknown = names.filter((name) => MEASURES[name] === undefined)
if (unknown.length > 0) {
  process.stderr.write(`--only ${unknown.join(',')} is not accepted: use ${Object.keys(MEASURES).join(', ')}\n`)
  process.exit(2)
}

pinToLoadCore()
const startedAt = Date.now()
const context: Context = {
  quick: values.quick,
  rounds: values.quick ? 3 : 5,
  long: names.length === 1 && !values.quick,
  reportProgress(text) {
    const seconds = Math.round((Date.now() - startedAt) / 1000)
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${seconds} s  ${text}`)
  },
}
const rows: Row[] = []
for (const name of names) {
  const measured = (await MEASURES[name]?.(context)) ?? []
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  process.stdout.write(`${tableOf(measured)}\n`)
  rows.push(...measured)
}
// Quick results are not published. A full run replaces the earlier rows of its measures.
if (!values.quick) await writeResults(rows)
const missed = rows.filter(({ met }) => met === false)
process.stdout.write(
  `${rows.filter(({ met }) => met === true).length} goals met, ${missed.length} missed, in ${Math.round((Date.now() - startedAt) / 1000)} s.\n`,
)
