// What users are signed in with, and what is on record of them.

import { AuthError } from '../../../domain/errors.ts'
import { listAuditEvents } from '../../../engine/operations.ts'
import { type Revocation, revoke } from '../../../engine/revoke.ts'
import { listCredentials } from '../../../engine/sessions.ts'
import { readUser } from '../../../engine/users.ts'
import { endedAnswer, auditEventsAnswer, auditEventsQuery, sessionsAnswer } from '../../contract.ts'
import { presentCredential, presentAuditEvent } from '../../present.ts'
import { type Outcome, type ProvenCall, provenRoute } from '../../route.ts'
import { actorOf, administrators, USER } from './administrators.ts'

export const signInsRoutes = [
  provenRoute({
    ...administrators,
    method: 'GET',
    path: `${USER}/sessions`,
    summary: "A user's sessions and remembered logins.",
    answers: { 200: sessionsAnswer },
    refusals: ['resource.not_found'],
    async run({ parts, parameter, principal }) {
      const user = await readUser(parts, parameter)
      if (user instanceof AuthError) return user
      return { json: (await listCredentials(parts, { userId: user.id, sid: principal.sid })).map(presentCredential) }
    },
  }),
  provenRoute({
    ...administrators,
    method: 'DELETE',
    path: `${USER}/sessions`,
    summary: 'Ends everything of a user.',
    answers: { 200: endedAnswer },
    refusals: ['resource.not_found'],
    async run(call) {
      const user = await readUser(call.parts, call.parameter)
      return user instanceof AuthError ? user : end(call, { user: user.id })
    },
  }),
  provenRoute({
    ...administrators,
    method: 'GET',
    path: `${USER}/audit-events`,
    summary: "A user's operations, newest first.",
    query: auditEventsQuery,
    answers: { 200: auditEventsAnswer },
    refusals: ['resource.not_found'],
    async run({ parts, parameter, query }) {
      const user = await readUser(parts, parameter)
      if (user instanceof AuthError) return user
      const page = await listAuditEvents(parts, { userId: user.id }, query.before, query.limit)
      return page instanceof AuthError ? page : { json: { events: page.events.map(presentAuditEvent), next: page.next } }
    },
  }),
  provenRoute({
    ...administrators,
    method: 'DELETE',
    path: '/access/admin/sessions/:id',
    summary: "Ends one session of anybody's, or one remembered login with every session it started.",
    answers: { 200: endedAnswer },
    refusals: ['resource.not_found'],
    run: (call) => end(call, { id: call.parameter }),
  }),
]

async function end(call: ProvenCall, what: Revocation): Promise<Outcome | AuthError> {
  const ended = await revoke(call.parts, actorOf(call), what)
  return ended instanceof AuthError ? ended : { json: { ended: { sessions: ended.sessions, rememberMe: ended.rememberMe } } }
}
