// What users are signed in with, and what is on record of them.

import { AuthError } from '../../../domain/errors.ts'
import { listOperations } from '../../../engine/operations.ts'
import { type Revocation, revoke } from '../../../engine/revoke.ts'
import { listCredentials } from '../../../engine/sessions.ts'
import { readUser } from '../../../engine/users.ts'
import { endedAnswer, operationsAnswer, operationsQuery, sessionsAnswer } from '../../contract.ts'
import { presentCredential, presentOperation } from '../../present.ts'
import { type Outcome, type ProvenCall, provenRoute } from '../../route.ts'
import { actorOf, administrators, USER } from './administrators.ts'

export const signInsRoutes = [
  provenRoute({
    ...administrators,
    method: 'GET',
    path: `${USER}/sessions`,
    summary: "A user's sessions and remembered logins.",
    answers: { 200: sessionsAnswer },
    refusals: ['not_found'],
    async run({ parts, parameter, principal }) {
      const user = await readUser(parts, parameter)
      if (user instanceof AuthError) return user
      return { json: (await listCredentials(parts, { userCode: user.code, sid: principal.sid })).map(presentCredential) }
    },
  }),
  provenRoute({
    ...administrators,
    method: 'DELETE',
    path: `${USER}/sessions`,
    summary: 'Ends everything of a user.',
    answers: { 200: endedAnswer },
    refusals: ['not_found'],
    async run(call) {
      const user = await readUser(call.parts, call.parameter)
      return user instanceof AuthError ? user : end(call, { user: user.code })
    },
  }),
  provenRoute({
    ...administrators,
    method: 'GET',
    path: `${USER}/operations`,
    summary: "A user's operations, newest first.",
    query: operationsQuery,
    answers: { 200: operationsAnswer },
    refusals: ['not_found'],
    async run({ parts, parameter, query }) {
      const user = await readUser(parts, parameter)
      if (user instanceof AuthError) return user
      const page = await listOperations(parts, { userCode: user.code }, query.before, query.limit)
      return page instanceof AuthError ? page : { json: { operations: page.operations.map(presentOperation), next: page.next } }
    },
  }),
  provenRoute({
    ...administrators,
    method: 'DELETE',
    path: '/access/admin/sessions/:id',
    summary: "Ends one session of anybody's, or one remembered login with every session it started.",
    answers: { 200: endedAnswer },
    refusals: ['not_found'],
    run: (call) => end(call, { id: call.parameter }),
  }),
]

async function end(call: ProvenCall, what: Revocation): Promise<Outcome | AuthError> {
  const ended = await revoke(call.parts, actorOf(call), what)
  return ended instanceof AuthError ? ended : { json: { ended: { sessions: ended.sessions, remembered: ended.remembered } } }
}
