// Names of deleted users stay reserved: applications behind a proxy know people by name, and the next one of that name would be taken for
// the one who is gone. What is kept is a keyed digest of the folded name.

import { RESERVED_NAME_DIGEST } from '../domain/persisted-names.ts'
import type { Change } from '../ports/store.ts'
import type { Parts } from './parts.ts'

type Named = { readonly usernameKey: string }

/** Belongs to the write that deletes the user. */
export function reserving({ secrets }: Pick<Parts, 'secrets'>, { usernameKey }: Named): Change {
  return { do: 'reserve name', digest: secrets.digest(RESERVED_NAME_DIGEST, usernameKey) }
}

/** Refuses a write that inserts these users where one has a reserved name. It comes after the inserts: see the contract of the store. */
export function requiringFree({ secrets }: Pick<Parts, 'secrets'>, users: readonly Named[]): Change {
  return { do: 'require free names', digests: users.flatMap(({ usernameKey }) => secrets.digests(RESERVED_NAME_DIGEST, usernameKey)) }
}

/** Asked before work is done; the write decides. @throws StoreError */
export async function isReserved(parts: Pick<Parts, 'secrets' | 'store'>, user: Named): Promise<boolean> {
  return !(await parts.store.write([requiringFree(parts, [user])])).landed
}
