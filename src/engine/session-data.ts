// Session data: always read from the store, and changed by merge patches under compare-and-set, so that no change is lost.

import { AuthError } from '../domain/errors.ts'
import { isJsonObject, type Json, type JsonObject, MAX_SESSION_DATA, mergePatch } from '../domain/session-data.ts'
import { type EngineContext, MAX_CAS_RETRIES } from './context.ts'
import type { Principal } from './principal.ts'
import { getSessionRecord } from './session-view.ts'

export interface SessionData {
  readonly data: JsonObject
  /** Counts changes of the data only. */
  readonly version: number
}

/** @throws StoreError */
export async function readSessionData(context: EngineContext, principal: Principal): Promise<SessionData | AuthError> {
  const session = await getSessionRecord(context, principal)
  return session instanceof AuthError ? session : { data: parse(session.data), version: session.dataVersion }
}

/**
 * Applies a merge patch (RFC 7396). With `ifVersions` it applies to those versions only, otherwise it is retried until it commits.
 * Refusals: `data.conflict`, `data.too_large` (16 KiB of JSON text), `request.invalid` when the patch is not an object.
 *
 * @throws StoreError
 */
export async function patchSessionData(
  context: EngineContext,
  principal: Principal,
  patch: Json,
  ifVersions: readonly number[] | undefined,
): Promise<SessionData | AuthError> {
  if (!isJsonObject(patch)) return new AuthError('request.invalid', { field: 'body' })
  return context.sessionDataLocks.runExclusive(principal.sid, () => patchWithRetry(context, principal, patch, ifVersions))
}

async function patchWithRetry(
  context: EngineContext,
  principal: Principal,
  patch: JsonObject,
  ifVersions: readonly number[] | undefined,
): Promise<SessionData | AuthError> {
  for (let attempt = 0; attempt < MAX_CAS_RETRIES; attempt += 1) {
    const session = await getSessionRecord(context, principal)
    if (session instanceof AuthError) return session
    if (ifVersions !== undefined && !ifVersions.includes(session.dataVersion)) return new AuthError('data.conflict')
    const data = mergePatch(parse(session.data), patch) as JsonObject
    const text = JSON.stringify(data)
    if (byteLength(text) > MAX_SESSION_DATA) return new AuthError('data.too_large')
    const next = { ...session, version: session.version + 1, data: text, dataVersion: session.dataVersion + 1 }
    const written = await context.store.write([{ do: 'replace credential', next, ifVersion: session.version }])
    if (written.committed) return { data, version: next.dataVersion }
  }
  return new AuthError('server.busy', { retryAfter: 1 })
}

function parse(text: string): JsonObject {
  return JSON.parse(text) as JsonObject
}

/** The UTF-8 length of well-formed text. */
export function byteLength(text: string): number {
  let bytes = 0
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return bytes
}
