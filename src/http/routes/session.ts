// The session itself: who am I, its data, and the client's own sealed data.

import { chooseSealed } from '../../domain/duplicate-cookies.ts'
import { AuthError } from '../../domain/errors.ts'
import { isClientDataOf, openClientData, sealClientData } from '../../engine/client-data.ts'
import { describeSession } from '../../engine/describe.ts'
import { patchSessionData, readSessionData, type SessionData } from '../../engine/session-data.ts'
import { JSON_TYPE, MERGE_PATCH_TYPE } from '../body.ts'
import { clientDataAnswer, clientDataBody, mergePatchBody, sessionDataAnswer, whoAnswer } from '../contract.ts'
import { setCookie } from '../cookies.ts'
import { presentSession } from '../present.ts'
import { type Outcome, provenRoute } from '../route.ts'

export const sessionRoutes = [
  provenRoute({
    method: 'GET',
    path: '/access/session',
    proof: 'any',
    summary: 'Who am I.',
    answers: { 200: whoAnswer },
    async run({ parts, principal, via }) {
      const view = await describeSession(parts, principal)
      if (view instanceof AuthError) return view
      const user = { code: principal.userId, username: view.username, roles: principal.roles }
      return { json: { user, session: presentSession(view, parts.policy.sessionIdleTimeout), via } }
    },
  }),
  provenRoute({
    method: 'GET',
    path: '/access/session/data',
    proof: 'any',
    summary: "The session's data, always as the store has it.",
    answers: { 200: sessionDataAnswer },
    async run({ parts, principal }) {
      const read = await readSessionData(parts, principal)
      return read instanceof AuthError ? read : versioned(read)
    },
  }),
  provenRoute({
    method: 'PATCH',
    path: '/access/session/data',
    proof: 'header',
    summary: "Changes the session's data by a merge patch, with If-Match to that version alone.",
    body: { type: MERGE_PATCH_TYPE, schema: mergePatchBody },
    answers: { 200: sessionDataAnswer },
    refusals: ['data.conflict', 'data.too_large'],
    async run({ parts, request, principal, body }) {
      const patched = await patchSessionData(parts, principal, body, matchedVersions(request.header('if-match')))
      return patched instanceof AuthError ? patched : versioned(patched)
    },
  }),
  provenRoute({
    method: 'GET',
    path: '/access/client-data',
    proof: 'any',
    summary: "The client's own data, from its sealed cookie.",
    answers: { 200: clientDataAnswer },
    async run({ parts, principal, credentials }) {
      const { data: sealed, duplicates } = credentials.cookies
      if (duplicates?.data === undefined) return { json: { data: openClientData(parts, principal, sealed) } }
      const genuine = chooseSealed(duplicates.data, (value) => isClientDataOf(parts, principal, value))
      const again = genuine === undefined ? [] : [setCookie('data', genuine, parts.policy.cookies)]
      return { json: { data: openClientData(parts, principal, genuine) }, cookies: again }
    },
  }),
  provenRoute({
    method: 'PUT',
    path: '/access/client-data',
    proof: 'header',
    summary: "Seals the client's own data into its cookie.",
    body: { type: JSON_TYPE, schema: clientDataBody },
    answers: { 200: clientDataAnswer },
    refusals: ['data.too_large'],
    async run({ parts, principal, body }) {
      const sealed = sealClientData(parts, principal, body.data)
      if (sealed instanceof AuthError) return sealed
      return { json: { data: body.data }, cookies: [setCookie('data', sealed, parts.policy.cookies)] }
    },
  }),
]

function versioned({ data, version }: SessionData): Outcome {
  return { json: { data, version }, headers: { etag: `"${version}"` } }
}

/** If-Match (RFC 9110, 13.1.1): a list of strong tags as we hand them out, or `*` for any. Another tag matches nothing. */
function matchedVersions(ifMatch: string | null): readonly number[] | undefined {
  if (ifMatch === null || ifMatch.trim() === '*') return undefined
  return ifMatch.split(',').flatMap((tag) => {
    const match = /^"(\d{1,15})"$/.exec(tag.trim())
    return match ? [Number(match[1])] : []
  })
}
