// What users are signed in with, and what is on record of them.

import { AuthError } from '../../../domain/errors.ts'
import { listAuditEvents } from '../../../engine/audit-events.ts'
import { type RevocationTarget, revoke } from '../../../engine/revoke.ts'
import { listCredentials } from '../../../engine/sessions.ts'
import { readUser } from '../../../engine/users.ts'
import { auditEventsAnswer, auditEventsQuery, revokedResponse, sessionsResponse } from '../../contract.ts'
import { type AuthenticatedContext, authenticatedRoute, type RouteResult } from '../../route.ts'
import { presentAuditEvent, serializeCredential } from '../../serialize.ts'
import { actorOf, adminAccess, USER } from './admin-access.ts'

export const userSessionRoutes = [
  authenticatedRoute({
    ...adminAccess,
    method: 'GET',
    path: `${USER}/sessions`,
    summary: "A user's sessions and remembered logins.",
    responses: { 200: sessionsResponse },
    errorCodes: ['resource.not_found'],
    async run({ engine, parameter, principal }) {
      const user = await readUser(engine, parameter)
      if (user instanceof AuthError) return user
      return { json: (await listCredentials(engine, { userId: user.id, sid: principal.sid })).map(serializeCredential) }
    },
  }),
  authenticatedRoute({
    ...adminAccess,
    method: 'DELETE',
    path: `${USER}/sessions`,
    summary: 'Ends everything of a user.',
    responses: { 200: revokedResponse },
    errorCodes: ['resource.not_found'],
    async run(call) {
      const user = await readUser(call.engine, call.parameter)
      return user instanceof AuthError ? user : revokeAs(call, { user: user.id })
    },
  }),
  authenticatedRoute({
    ...adminAccess,
    method: 'GET',
    path: `${USER}/audit-events`,
    summary: "A user's operations, newest first.",
    query: auditEventsQuery,
    responses: { 200: auditEventsAnswer },
    errorCodes: ['resource.not_found'],
    async run({ engine, parameter, query }) {
      const user = await readUser(engine, parameter)
      if (user instanceof AuthError) return user
      const page = await listAuditEvents(engine, { userId: user.id }, query.before, query.limit)
      return page instanceof AuthError ? page : { json: { events: page.events.map(presentAuditEvent), next: page.next } }
    },
  }),
  authenticatedRoute({
    ...adminAccess,
    method: 'DELETE',
    path: '/access/admin/sessions/:id',
    summary: "Ends one session of anybody's, or one remembered login with every session it started.",
    responses: { 200: revokedResponse },
    errorCodes: ['resource.not_found'],
    run: (call) => revokeAs(call, { id: call.parameter }),
  }),
]

async function revokeAs(call: AuthenticatedContext, what: RevocationTarget): Promise<RouteResult | AuthError> {
  const ended = await revoke(call.engine, actorOf(call), what)
  return ended instanceof AuthError ? ended : { json: { ended: { sessions: ended.sessions, rememberMe: ended.rememberMe } } }
}
