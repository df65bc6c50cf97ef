// The routes of the session: the current user, the session's data, and the client's own sealed data.

import { chooseSealed } from '../../domain/duplicate-cookies.ts'
import { AuthError } from '../../domain/errors.ts'
import { isClientDataOf, openClientData, sealClientData } from '../../engine/client-data.ts'
import { patchSessionData, readSessionData, type SessionData } from '../../engine/session-data.ts'
import { getSessionView } from '../../engine/session-view.ts'
import { JSON_TYPE, MERGE_PATCH_TYPE } from '../body.ts'
import { clientDataBody, clientDataResponse, currentSessionResponse, mergePatchBody, sessionDataResponse } from '../contract.ts'
import { setCookie } from '../cookies.ts'
import { authenticatedRoute, type RouteResult } from '../route.ts'
import { serializeSession } from '../serialize.ts'

export const sessionRoutes = [
  authenticatedRoute({
    method: 'GET',
    path: '/access/session',
    auth: 'session-or-token',
    summary: 'The current user and session.',
    responses: { 200: currentSessionResponse },
    async run({ engine, principal, via }) {
      const view = await getSessionView(engine, principal)
      if (view instanceof AuthError) return view
      const user = { id: principal.userId, username: view.username, roles: principal.roles }
      return { json: { user, session: serializeSession(view, engine.policy.sessionIdleTimeout), via } }
    },
  }),
  authenticatedRoute({
    method: 'GET',
    path: '/access/session/data',
    auth: 'session-or-token',
    summary: "The session's data, always read from the store.",
    responses: { 200: sessionDataResponse },
    async run({ engine, principal }) {
      const read = await readSessionData(engine, principal)
      return read instanceof AuthError ? read : versioned(read)
    },
  }),
  authenticatedRoute({
    method: 'PATCH',
    path: '/access/session/data',
    auth: 'header-only',
    summary: "Changes the session's data by a merge patch; with If-Match, only that version.",
    body: { type: MERGE_PATCH_TYPE, schema: mergePatchBody },
    responses: { 200: sessionDataResponse },
    errorCodes: ['data.conflict', 'data.too_large'],
    async run({ engine, request, principal, body }) {
      const patched = await patchSessionData(engine, principal, body, matchedVersions(request.header('if-match')))
      return patched instanceof AuthError ? patched : versioned(patched)
    },
  }),
  authenticatedRoute({
    method: 'GET',
    path: '/access/client-data',
    auth: 'session-or-token',
    summary: "The client's own data, from its sealed cookie.",
    responses: { 200: clientDataResponse },
    async run({ engine, principal, credentials }) {
      const { data: sealed, duplicates } = credentials.cookies
      if (duplicates?.data === undefined) return { json: { data: openClientData(engine, principal, sealed) } }
      const genuine = chooseSealed(duplicates.data, (value) => isClientDataOf(engine, principal, value))
      const again = genuine === undefined ? [] : [setCookie('data', genuine, engine.policy.cookies)]
      return { json: { data: openClientData(engine, principal, genuine) }, cookies: again }
    },
  }),
  authenticatedRoute({
    method: 'PUT',
    path: '/access/client-data',
    auth: 'header-only',
    summary: "Seals the client's own data into its cookie.",
    body: { type: JSON_TYPE, schema: clientDataBody },
    responses: { 200: clientDataResponse },
    errorCodes: ['data.too_large'],
    async run({ engine, principal, body }) {
      const sealed = sealClientData(engine, principal, body.data)
      if (sealed instanceof AuthError) return sealed
      return { json: { data: body.data }, cookies: [setCookie('data', sealed, engine.policy.cookies)] }
    },
  }),
]

function versioned({ data, version }: SessionData): RouteResult {
  return { json: { data, version }, headers: { etag: `"${version}"` } }
}

/** If-Match (RFC 9110, 13.1.1): a list of our strong tags, or `*` for any. Any other tag matches nothing. */
function matchedVersions(ifMatch: string | null): readonly number[] | undefined {
  if (ifMatch === null || ifMatch.trim() === '*') return undefined
  return ifMatch.split(',').flatMap((tag) => {
    const match = /^"(\d{1,15})"$/.exec(tag.trim())
    return match ? [Number(match[1])] : []
  })
}
