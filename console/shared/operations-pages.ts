// Pages of a record, newest first.

import type { OperationsPage } from '../../src/client/index.ts'

export function joinOperations(page: OperationsPage, older: OperationsPage): OperationsPage {
  return { operations: [...page.operations, ...older.operations], next: older.next }
}

/** What was read further back before stays, so that a refresh takes nothing away from whoever is reading there. */
export function withOlder(recent: OperationsPage, kept: OperationsPage | undefined): OperationsPage {
  const last = recent.operations.at(-1)?.id
  const seam = kept?.operations.findIndex(({ id }) => id === last) ?? -1
  if (kept === undefined || seam === -1) return recent
  return { operations: [...recent.operations, ...kept.operations.slice(seam + 1)], next: kept.next }
}
