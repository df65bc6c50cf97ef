// Formats rows as Markdown tables.

import type { Row } from './rows.ts'

/** One table for each measure. */
export function tableOf(rows: readonly Row[]): string {
  return [...Map.groupBy(rows, ({ measure }) => measure)].map(([measure, those]) => `\n${measure}\n\n${lines(those).join('\n')}\n`).join('')
}

function lines(rows: readonly Row[]): readonly string[] {
  const cells = [
    ['subject', `median, ${rows[0]?.unit ?? ''}`, 'quartiles', 'ratio', 'against', 'goal'],
    ...rows.map((row) =>
      row.median === null
        ? [row.subject, 'could not run', '', '', '', row.note ?? '']
        : [row.subject, number(row.median), `${number(row.low)}-${number(row.high)}`, number(row.ratio), row.against ?? '', goalOf(row)],
    ),
  ]
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0))) ?? []
  const text = cells.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`)
  return [text[0] ?? '', `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...text.slice(1)]
}

function goalOf({ goal, met }: Row): string {
  if (goal === null) return ''
  return `${goal} ${met === null ? '(not measured)' : met ? 'met' : 'MISSED'}`
}

function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return ''
  if (value >= 1000) return Math.round(value).toLocaleString('en')
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
