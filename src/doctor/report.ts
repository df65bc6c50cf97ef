// The diagnosis in words.

import type { Diagnosis, Verdict } from './diagnosis.ts'

export interface Styles {
  readonly right: (text: string) => string
  readonly wrong: (text: string) => string
  readonly quiet: (text: string) => string
}

export function report({ url, addresses, processes, verdicts, wrong, leftBehind }: Diagnosis, styles: Styles): string {
  const judged = verdicts.filter(({ outcome }) => outcome !== 'skipped').length
  const summary =
    wrong === 0 ? styles.right(`Nothing wrong in ${judged} checks.`) : styles.wrong(`${wrong} of ${judged} checks found something wrong.`)
  const left =
    leftBehind === null ? [] : [styles.wrong(`The user ${leftBehind} could not be deleted again: latchkey user delete ${leftBehind}`)]
  return [
    `${url}: ${counted(addresses.length, 'address', 'addresses')} (${addresses.join(', ')}), ${counted(processes, 'process', 'processes')} of Latchkey`,
    '',
    ...verdicts.flatMap((verdict) => lines(verdict, styles)),
    '',
    summary,
    ...left,
  ].join('\n')
}

function lines({ outcome, title, findings, why }: Verdict, styles: Styles): readonly string[] {
  if (outcome === 'skipped') return [styles.quiet(`  – ${title}: not looked at, ${why}`)]
  if (outcome === 'right') return [`  ${styles.right('✔')} ${title}`]
  return [
    `  ${styles.wrong('✘')} ${title}`,
    ...findings.flatMap(({ what, mend }) => [`      ${what}`, `      ${styles.quiet('mend')} ${mend}`]),
  ]
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}
