// Where the next page of a listing begins: sealed, so that nobody makes one up, and one of another listing opens nothing.

import { AuthError } from '../domain/errors.ts'
import type { AUDIT_CURSOR_SEAL, USERS_CURSOR_SEAL } from '../domain/persisted-names.ts'
import type { EngineContext } from './context.ts'

export type Listing = typeof AUDIT_CURSOR_SEAL | typeof USERS_CURSOR_SEAL

/** What a page begins after; null on the first. Refusal: `request.malformed`, naming the field that it came in. */
export function openCursor(
  { secrets }: EngineContext,
  listing: Listing,
  userId: string,
  cursor: string | undefined,
  field: string,
): string | null | AuthError {
  if (cursor === undefined) return null
  return secrets.unseal(listing, userId, cursor) ?? new AuthError('request.malformed', { field })
}

export function sealCursor({ secrets }: EngineContext, listing: Listing, userId: string, position: string): string {
  return secrets.seal(listing, userId, position)
}
