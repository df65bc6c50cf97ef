// Reserved usernames: the username of a deleted user stays reserved, because applications behind a proxy identify users by name and would
// take its next owner for the deleted user. Only a keyed digest of the folded username is stored.

import { RESERVED_NAME_DIGEST } from '../domain/persisted-names.ts'
import type { Change } from '../ports/store.ts'
import type { EngineContext } from './context.ts'

type HasUsernameKey = { readonly usernameKey: string }

/** Part of the write that deletes the user. */
export function reserveName({ secrets }: Pick<EngineContext, 'secrets'>, { usernameKey }: HasUsernameKey): Change {
  return { do: 'reserve name', digest: secrets.digest(RESERVED_NAME_DIGEST, usernameKey) }
}

/** Rejects a write that inserts a user with a reserved username. It comes after the inserts: see the store contract. */
export function requireFreeNames({ secrets }: Pick<EngineContext, 'secrets'>, users: readonly HasUsernameKey[]): Change {
  return { do: 'require free names', digests: users.flatMap(({ usernameKey }) => secrets.digests(RESERVED_NAME_DIGEST, usernameKey)) }
}

/** Checked first to save work; the write decides. @throws StoreError */
export async function isReserved(context: Pick<EngineContext, 'secrets' | 'store'>, user: HasUsernameKey): Promise<boolean> {
  return !(await context.store.write([requireFreeNames(context, [user])])).committed
}
