// Names of deleted users stay reserved: applications behind a proxy know people by name, and the next one of that name would be taken for
// the one who is gone. What is kept is a keyed digest of the folded name.

import { RESERVED_NAME_DIGEST } from '../domain/persisted-names.ts'
import type { Change } from '../ports/store.ts'
import type { EngineContext } from './context.ts'

type HasUsernameKey = { readonly usernameKey: string }

/** Belongs to the write that deletes the user. */
export function reserveName({ secrets }: Pick<EngineContext, 'secrets'>, { usernameKey }: HasUsernameKey): Change {
  return { do: 'reserve name', digest: secrets.digest(RESERVED_NAME_DIGEST, usernameKey) }
}

/** Refuses a write that inserts these users where one has a reserved name. It comes after the inserts: see the contract of the store. */
export function requireFreeNames({ secrets }: Pick<EngineContext, 'secrets'>, users: readonly HasUsernameKey[]): Change {
  return { do: 'require free names', digests: users.flatMap(({ usernameKey }) => secrets.digests(RESERVED_NAME_DIGEST, usernameKey)) }
}

/** Asked before work is done; the write decides. @throws StoreError */
export async function isReserved(context: Pick<EngineContext, 'secrets' | 'store'>, user: HasUsernameKey): Promise<boolean> {
  return !(await context.store.write([requireFreeNames(context, [user])])).committed
}
