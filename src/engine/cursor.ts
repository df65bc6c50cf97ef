// Sealed cursors for paginated lists: they cannot be forged, and are valid for one list only.

import { AuthError } from '../domain/errors.ts'
import type { AUDIT_CURSOR_SEAL, USERS_CURSOR_SEAL } from '../domain/persisted-names.ts'
import type { EngineContext } from './context.ts'

export type Listing = typeof AUDIT_CURSOR_SEAL | typeof USERS_CURSOR_SEAL

/** The position after which the page begins; null for the first page. Refusal: `request.malformed` with the field of the cursor. */
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
