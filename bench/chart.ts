// Renders the results as an SVG bar chart with logarithmic scales.

import type { DatedRow, Row } from './rows.ts'

const WIDTH = 820
const LEFT = 290
const BAR = 16
const LINE = 24
const CHARTED: readonly { readonly measure: string; readonly title: string }[] = [
  { measure: 'check: warm session', title: 'One check by session cookie, in process (µs, shorter is better)' },
  { measure: 'token: warm', title: 'One check by token, in process (µs, shorter is better)' },
  { measure: 'http: processor time per request', title: 'Processor time of a guarded request over HTTP (µs, shorter is better)' },
  { measure: 'login: sign-ins per second', title: 'Sign-ins per second (longer is better)' },
]

export interface Results {
  readonly machine: string
  readonly node: string
  readonly rows: readonly DatedRow[]
}

export function renderChart({ machine, node, rows }: Results): string {
  const dates = rows.filter(({ measure }) => CHARTED.some((shown) => shown.measure === measure)).map(({ date }) => date)
  const date = [...new Set(dates)].toSorted().join(', ')
  const parts: string[] = []
  let y = 54
  for (const { measure, title } of CHARTED) {
    const measured = distinct(rows.filter((row) => row.measure === measure))
    if (measured.length === 0) continue
    parts.push(`<text x="16" y="${y}" class="title">${escaped(title)}</text>`)
    y += 14
    const scale = scaleOf(measured)
    for (const row of measured) {
      parts.push(barOf(row, y, scale))
      y += LINE
    }
    y += 28
  }
  const height = y + 4
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Latchkey beside its peers">
<style>
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 14px }
  .small { font-size: 11px; fill: #59636e }
  .ours { fill: #0a7d4f } .limit { fill: #9aa4af } .peer { fill: #c9622b }
  .card { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .small { fill: #9198a1 } .card { fill: #0d1117 }
    .ours { fill: #2fbf81 } .limit { fill: #6e7681 } .peer { fill: #e08652 }
  }
</style>
<rect class="card" width="100%" height="100%" rx="6"/>
<text x="16" y="24" class="small">${escaped(`${machine}, Node ${node}, ${date}. Each bar is a median; scales are logarithmic. Grey: physical limits. Green: Latchkey.`)}</text>
${parts.join('\n')}
</svg>
`
}

/** One row for each subject, the best first and failed ones last. A subject with several goals has several rows. */
function distinct(rows: readonly Row[]): readonly Row[] {
  const bySubject = new Map(rows.map((row) => [row.subject, row]))
  const rank = ({ median, measure }: Row) => {
    if (median === null) return Number.POSITIVE_INFINITY
    return measure.endsWith('per second') ? -median : median
  }
  return [...bySubject.values()].toSorted((a, b) => rank(a) - rank(b))
}

function scaleOf(rows: readonly Row[]): (value: number) => number {
  const values = rows.flatMap(({ median }) => (median === null ? [] : [median]))
  const from = Math.log10(Math.min(...values)) - 0.3
  const span = Math.log10(Math.max(...values)) - from || 1
  return (value) => ((Math.log10(value) - from) / span) * (WIDTH - LEFT - 90)
}

function barOf({ subject, median, note }: Row, y: number, scale: (value: number) => number): string {
  const label = `<text x="${LEFT - 8}" y="${y + 13}" text-anchor="end">${escaped(shortened(subject))}</text>`
  if (median === null) return `${label}<text x="${LEFT}" y="${y + 13}" class="small">${escaped(`could not run: ${note ?? ''}`)}</text>`
  const width = Math.max(2, scale(median))
  const kind = subject.startsWith('Latchkey') ? 'ours' : /^(limit|bare)/.test(subject) ? 'limit' : 'peer'
  const bar = `<rect class="${kind}" x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2"/>`
  return `${label}${bar}<text x="${(LEFT + width + 6).toFixed(1)}" y="${y + 13}">${median < 10 ? median.toFixed(2) : Math.round(median).toLocaleString('en')}</text>`
}

function shortened(text: string): string {
  return text.length > 36 ? `${text.slice(0, 35)}…` : text
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
