// Lineages: lists and replaces the live credentials of one lineage (token family).

import type { CredentialRecord } from '../domain/credential.ts'
import type { Change } from '../ports/store.ts'
import type { EngineContext } from './context.ts'

/** The live credentials of a lineage. @throws StoreError */
export async function listLineage(
  context: EngineContext,
  { userId, lineage }: Pick<CredentialRecord, 'userId' | 'lineage'>,
): Promise<readonly CredentialRecord[]> {
  const records = await context.store.credentials.listByUser(userId)
  return records.filter((record) => record.lineage === lineage)
}

/** Replaces the version of a record that was read. */
export function replaceCredential(next: CredentialRecord, ifVersion: number): Change {
  return { do: 'replace credential', next: { ...next, version: ifVersion + 1 }, ifVersion }
}
