// The routes that revoke credentials: logout, and revocation from the list of sessions.

import { AuthError } from '../../domain/errors.ts'
import { logout, type RevokedCounts } from '../../engine/logout.ts'
import { listCredentials, revokeCredential, revokeOtherCredentials } from '../../engine/sessions.ts'
import { logoutQuery, revokedResponse, revokeOthersQuery, sessionsResponse } from '../contract.ts'
import { expireAll } from '../cookies.ts'
import type { HttpRequest } from '../message.ts'
import { type AuthenticatedContext, authenticatedRoute, type RouteResult } from '../route.ts'
import { serializeCredential } from '../serialize.ts'
import { expireStale } from '../stale-cookies.ts'

const logoutRoute = {
  path: '/access/logout/:userId',
  auth: 'header-only',
  changes: true,
  sensitive: isEverywhere,
  summary: "Revokes this session, its tokens and its remember-me login; with `everywhere`, all of the user's.",
  query: logoutQuery,
  responses: { 200: revokedResponse },
  errorCodes: ['user.mismatch'],
  run: runLogout,
} as const

export const logoutRoutes = [
  authenticatedRoute({ ...logoutRoute, method: 'GET' }),
  authenticatedRoute({ ...logoutRoute, method: 'POST' }),
  authenticatedRoute({
    method: 'GET',
    path: '/access/sessions',
    auth: 'session-or-token',
    summary: "The user's sessions and remember-me logins.",
    responses: { 200: sessionsResponse },
    async run({ engine, principal }) {
      return { json: (await listCredentials(engine, principal)).map(serializeCredential) }
    },
  }),
  authenticatedRoute({
    method: 'DELETE',
    path: '/access/sessions',
    auth: 'header-only',
    sensitive: true,
    summary: 'Revokes all but this session and the remember-me login that started it.',
    query: revokeOthersQuery,
    responses: { 200: revokedResponse },
    async run({ engine, principal, clientInfo }) {
      return toRevokedResult(await revokeOtherCredentials(engine, principal, clientInfo))
    },
  }),
  authenticatedRoute({
    method: 'DELETE',
    path: '/access/sessions/:id',
    auth: 'header-only',
    sensitive: true,
    summary: 'Revokes one session, or one remember-me login with every session it started.',
    responses: { 200: revokedResponse },
    errorCodes: ['resource.not_found'],
    async run({ engine, principal, parameter, clientInfo }) {
      return toRevokedResult(await revokeCredential(engine, principal, parameter, clientInfo))
    },
  }),
]

/** True where any `everywhere` parameter is true: at this point it is not decided which of several counts. */
function isEverywhere({ query }: HttpRequest): boolean {
  return new URLSearchParams(query).getAll('everywhere').includes('true')
}

async function runLogout(context: AuthenticatedContext<unknown, { everywhere: 'true' | 'false' }>): Promise<RouteResult | AuthError> {
  const { engine, principal, parameter, query, clientInfo } = context
  if (parameter !== principal.userId) return new AuthError('user.mismatch')
  const counts = await logout(engine, principal, query.everywhere === 'true', clientInfo)
  return counts instanceof AuthError ? counts : { json: { ended: counts }, ...clearClientState(context) }
}

function toRevokedResult(counts: RevokedCounts | AuthError): RouteResult | AuthError {
  return counts instanceof AuthError ? counts : { json: { ended: counts } }
}

/** Expires the client's cookies of the revoked lineage. */
export function clearClientState({ engine, request }: AuthenticatedContext<unknown, unknown>): Pick<RouteResult, 'cookies' | 'headers'> {
  const { cookies, issuer } = engine.policy
  return {
    cookies: [...expireStale(request.header('cookie'), cookies, new URL(issuer).hostname, request.path), ...expireAll(cookies)],
    headers: engine.policy.clearSiteData ? { 'clear-site-data': '"cookies", "storage"' } : {},
  }
}
