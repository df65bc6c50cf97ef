// The results of a whole run, as data and as a picture.

import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { pictureOf } from './picture.ts'
import type { Row } from './rows.ts'

export async function writeResults(rows: readonly Row[]): Promise<void> {
  const [cpu] = cpus()
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}`
  const date = new Date().toISOString().slice(0, 10)
  const results = { machine, node: process.version, date, rows }
  await writeFile(new URL('results/latest.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`)
  await writeFile(new URL('results/latest.svg', import.meta.url), pictureOf(results))
}
