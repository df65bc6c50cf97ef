// What hangs together: the live credentials of one lineage, and changing them.

import type { CredentialRecord } from '../domain/credential.ts'
import type { Change } from '../ports/store.ts'
import type { EngineContext } from './context.ts'

/** Its live credentials. @throws StoreError */
export async function listLineage(
  context: EngineContext,
  { userId, lineage }: Pick<CredentialRecord, 'userId' | 'lineage'>,
): Promise<readonly CredentialRecord[]> {
  const records = await context.store.credentials.listByUser(userId)
  return records.filter((record) => record.lineage === lineage)
}

/** The next version of a record, in the place of the one that was read. */
export function replaceCredential(next: CredentialRecord, ifVersion: number): Change {
  return { do: 'replace credential', next: { ...next, version: ifVersion + 1 }, ifVersion }
}
