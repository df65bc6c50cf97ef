// Formats the diagnosis as text.

import type { CheckResult, Diagnosis } from './diagnosis.ts'

export interface Styles {
  readonly pass: (text: string) => string
  readonly fail: (text: string) => string
  readonly dim: (text: string) => string
}

export function report({ url, addresses, processes, checks, failed, leftoverUser }: Diagnosis, styles: Styles): string {
  const run = checks.filter(({ outcome }) => outcome !== 'skipped').length
  const summary =
    failed === 0 ? styles.pass(`All ${pluralize(run, 'check', 'checks')} passed.`) : styles.fail(`${failed} of ${run} checks failed.`)
  const leftover =
    leftoverUser === null
      ? []
      : [styles.fail(`The temporary user ${leftoverUser} could not be deleted: latchkey user delete ${leftoverUser}`)]
  return [
    `${url}: ${pluralize(addresses.length, 'address', 'addresses')} (${addresses.join(', ')}), ${pluralize(processes, 'Latchkey process', 'Latchkey processes')}`,
    '',
    ...checks.flatMap((check) => checkLines(check, styles)),
    '',
    summary,
    ...leftover,
  ].join('\n')
}

function checkLines({ outcome, title, findings, reason }: CheckResult, styles: Styles): readonly string[] {
  if (outcome === 'skipped') return [styles.dim(`  – ${title}: skipped, ${reason}`)]
  if (outcome === 'pass') return [`  ${styles.pass('✔')} ${title}`]
  return [`  ${styles.fail('✘')} ${title}`, ...findings.flatMap(({ what, fix }) => [`      ${what}`, `      ${styles.dim('fix')} ${fix}`])]
}

function pluralize(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}
