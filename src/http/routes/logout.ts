// The routes that revoke credentials: logout, and revocation from the list of sessions.

import { AuthError } from '../../domain/errors.ts'
import { logout, type RevokedCounts } from '../../engine/logout.ts'
import { listLineages, revokeLineage, revokeOtherLineages } from '../../engine/sessions.ts'
import { logoutQuery, revokedResponse, revokeOthersQuery, sessionsResponse } from '../contract.ts'
import { expireAll } from '../cookies.ts'
import type { HttpRequest } from '../message.ts'
import { type AuthenticatedContext, authenticatedRoute, type RouteResult } from '../route.ts'
import { serializeLineage } from '../serialize.ts'
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
    summary: "The user's sign-ins, one row for each lineage (a remember-me login with its sessions, or a session alone).",
    responses: { 200: sessionsResponse },
    async run({ engine, principal }) {
      return { json: (await listLineages(engine, principal)).map(serializeLineage) }
    },
  }),
  authenticatedRoute({
    method: 'DELETE',
    path: '/access/sessions',
    auth: 'header-only',
    sensitive: true,
    summary: 'Revokes all other lineages of the user.',
    query: revokeOthersQuery,
    responses: { 200: revokedResponse },
    async run({ engine, principal, clientInfo }) {
      return toRevokedResult(await revokeOtherLineages(engine, principal, clientInfo))
    },
  }),
  authenticatedRoute({
    method: 'DELETE',
    path: '/access/sessions/:id',
    auth: 'header-only',
    sensitive: true,
    summary: 'Revokes one lineage, named by its id or by the id of any credential in it.',
    responses: { 200: revokedResponse },
    errorCodes: ['resource.not_found'],
    async run({ engine, principal, parameter, clientInfo }) {
      return toRevokedResult(await revokeLineage(engine, principal, parameter, clientInfo))
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
