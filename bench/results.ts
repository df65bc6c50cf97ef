// Writes the results of a run as JSON and as a chart.

import { readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { renderChart } from './chart.ts'
import type { DatedRow, Row } from './rows.ts'

const DATA = new URL('results/latest.json', import.meta.url)
const PICTURE = new URL('results/latest.svg', import.meta.url)

/** Keeps the rows of other measures, since ratios compare only rows of one measure. */
export async function writeResults(rows: readonly Row[]): Promise<void> {
  const [cpu] = cpus()
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}`
  const today = new Date().toISOString().slice(0, 10)
  const measured = new Set(rows.map(({ measure }) => measure))
  const kept = (await rowsBefore()).filter(({ measure }) => !measured.has(measure))
  const results = { machine, node: process.version, rows: [...kept, ...rows.map((row) => ({ ...row, date: today }))] }
  await writeFile(DATA, `${JSON.stringify(results, null, 2)}\n`)
  await writeFile(PICTURE, renderChart(results))
}

async function rowsBefore(): Promise<readonly DatedRow[]> {
  const text = await readFile(DATA, 'utf8').catch(() => undefined)
  return text === undefined ? [] : (JSON.parse(text) as { readonly rows: readonly DatedRow[] }).rows
}
