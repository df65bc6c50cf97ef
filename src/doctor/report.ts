// The diagnosis in words.

import type { CheckResult, Diagnosis } from './diagnosis.ts'

export interface Styles {
  readonly pass: (text: string) => string
  readonly fail: (text: string) => string
  readonly dim: (text: string) => string
}

export function report({ url, addresses, processes, verdicts, wrong, leftBehind }: Diagnosis, styles: Styles): string {
  const checked = verdicts.filter(({ outcome }) => outcome !== 'skipped').length
  const summary =
    wrong === 0 ? styles.pass(`Nothing wrong in ${checked} checks.`) : styles.fail(`${wrong} of ${checked} checks found something wrong.`)
  const left =
    leftBehind === null ? [] : [styles.fail(`The user ${leftBehind} could not be deleted again: latchkey user delete ${leftBehind}`)]
  return [
    `${url}: ${pluralize(addresses.length, 'address', 'addresses')} (${addresses.join(', ')}), ${pluralize(processes, 'process', 'processes')} of Latchkey`,
    '',
    ...verdicts.flatMap((verdict) => checkLines(verdict, styles)),
    '',
    summary,
    ...left,
  ].join('\n')
}

function checkLines({ outcome, title, findings, why }: CheckResult, styles: Styles): readonly string[] {
  if (outcome === 'skipped') return [styles.dim(`  – ${title}: not looked at, ${why}`)]
  if (outcome === 'right') return [`  ${styles.pass('✔')} ${title}`]
  return [`  ${styles.fail('✘')} ${title}`, ...findings.flatMap(({ what, fix }) => [`      ${what}`, `      ${styles.dim('mend')} ${fix}`])]
}

function pluralize(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}
