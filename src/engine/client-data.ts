// Client data: JSON sealed into a cookie, which only requests of the same user can open.

import { AuthError } from '../domain/errors.ts'
import { CLIENT_DATA_SEAL } from '../domain/persisted-names.ts'
import type { JsonObject } from '../domain/session-data.ts'
import type { EngineContext } from './context.ts'
import type { Principal } from './principal.ts'

/** Maximum length of the sealed value: browsers store cookies of 4 KiB, name and attributes included. */
const MAX_SEALED = 3 * 1024

/** The data in the cookie; empty when there is none, or when it was altered or sealed for another user. */
export function openClientData(context: EngineContext, principal: Principal, sealed: string | undefined): JsonObject {
  const text = sealed === undefined ? undefined : context.secrets.unseal(CLIENT_DATA_SEAL, principal.userId, sealed)
  return text === undefined ? {} : (JSON.parse(text) as JsonObject)
}

/** Whether the cookie was sealed for this user. */
export function isClientDataOf(context: EngineContext, principal: Principal, sealed: string): boolean {
  return context.secrets.unseal(CLIENT_DATA_SEAL, principal.userId, sealed) !== undefined
}

/** Refusal: `data.too_large` when the sealed value would not fit into 3 KiB. */
export function sealClientData(context: EngineContext, principal: Principal, data: JsonObject): string | AuthError {
  const sealed = context.secrets.seal(CLIENT_DATA_SEAL, principal.userId, JSON.stringify(data))
  return sealed.length > MAX_SEALED ? new AuthError('data.too_large') : sealed
}
