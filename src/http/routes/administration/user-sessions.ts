// Admin routes for the sessions and the audit log of users.

import { AuthError } from '../../../domain/errors.ts'
import { listAuditEvents } from '../../../engine/audit-events.ts'
import { type RevocationTarget, revoke } from '../../../engine/revoke.ts'
import { listLineages } from '../../../engine/sessions.ts'
import { readUser } from '../../../engine/users.ts'
import { auditEventsQuery, auditEventsResponse, revokedResponse, sessionsResponse } from '../../contract.ts'
import { type AuthenticatedContext, authenticatedRoute, type RouteResult } from '../../route.ts'
import { serializeAuditEvent, serializeLineage } from '../../serialize.ts'
import { actorOf, adminAccess, USER } from './admin-access.ts'

export const userSessionRoutes = [
  authenticatedRoute({
    ...adminAccess,
    method: 'GET',
    path: `${USER}/sessions`,
    summary: "A user's sign-ins, one row for each lineage.",
    responses: { 200: sessionsResponse },
    errorCodes: ['resource.not_found'],
    async run({ engine, parameter, principal }) {
      const user = await readUser(engine, parameter)
      if (user instanceof AuthError) return user
      return { json: (await listLineages(engine, { userId: user.id, sid: principal.sid })).map(serializeLineage) }
    },
  }),
  authenticatedRoute({
    ...adminAccess,
    method: 'DELETE',
    path: `${USER}/sessions`,
    summary: 'Revokes all credentials of a user.',
    responses: { 200: revokedResponse },
    errorCodes: ['resource.not_found'],
    async run(context) {
      const user = await readUser(context.engine, context.parameter)
      return user instanceof AuthError ? user : revokeAs(context, { user: user.id })
    },
  }),
  authenticatedRoute({
    ...adminAccess,
    method: 'GET',
    path: `${USER}/audit-events`,
    summary: "A user's audit log, newest first.",
    query: auditEventsQuery,
    responses: { 200: auditEventsResponse },
    errorCodes: ['resource.not_found'],
    async run({ engine, parameter, query }) {
      const user = await readUser(engine, parameter)
      if (user instanceof AuthError) return user
      const page = await listAuditEvents(engine, { userId: user.id }, query.before, query.limit)
      return page instanceof AuthError ? page : { json: { events: page.events.map(serializeAuditEvent), next: page.next } }
    },
  }),
  authenticatedRoute({
    ...adminAccess,
    method: 'DELETE',
    path: '/access/admin/sessions/:id',
    summary: 'Revokes one session of any user, or one remember-me login with every session it started.',
    responses: { 200: revokedResponse },
    errorCodes: ['resource.not_found'],
    run: (context) => revokeAs(context, { id: context.parameter }),
  }),
]

async function revokeAs(context: AuthenticatedContext, what: RevocationTarget): Promise<RouteResult | AuthError> {
  const revoked = await revoke(context.engine, actorOf(context), what)
  return revoked instanceof AuthError ? revoked : { json: { ended: { sessions: revoked.sessions, rememberMe: revoked.rememberMe } } }
}
