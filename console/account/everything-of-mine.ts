// Gathers all that the server holds of the user, page by page.

import type { OperationsPage, SignedIn } from '../../src/client/index.ts'
import { latchkey } from '../shared/latchkey.ts'
import type { Listed } from '../shared/lineages.ts'

export interface EverythingOfMine extends SignedIn {
  readonly madeAt: string
  readonly sessions: readonly Listed[]
  readonly operations: OperationsPage['operations']
}

const PAGE = 200

/** @param onProgress told how many operations have been read so far */
export async function gather(who: SignedIn, onProgress: (operations: number) => void): Promise<EverythingOfMine> {
  onProgress(0)
  const sessions = await latchkey.sessions.list()
  const operations: OperationsPage['operations'][number][] = []
  let before: string | undefined
  do {
    const page = await latchkey.operations.list({ before, limit: PAGE })
    operations.push(...page.operations)
    onProgress(operations.length)
    before = page.next ?? undefined
  } while (before !== undefined)
  return { madeAt: new Date().toISOString(), user: who.user, session: who.session, sessions, operations }
}
