// For administrators: users, what they are signed in with, what is on record of them, and keys.

import { AuthError } from '../../domain/errors.ts'
import { PASSWORD_REFUSALS } from '../../domain/password.ts'
import type { Administrator } from '../../engine/actor.ts'
import { addServiceKey, removeServiceKey, rotateSigningKey } from '../../engine/keys.ts'
import { listOperations } from '../../engine/operations.ts'
import { type Revocation, revoke } from '../../engine/revoke.ts'
import { listCredentials } from '../../engine/sessions.ts'
import { addUser, deleteUser, findUser, listUsers, readUser, setDisabled, setPassword, setRoles } from '../../engine/users.ts'
import { JSON_TYPE } from '../body.ts'
import {
  changedUserAnswer,
  endedAnswer,
  keysAnswer,
  newServiceKeyAnswer,
  newUserBody,
  operationsAnswer,
  operationsQuery,
  removedKeyAnswer,
  rotatedAnswer,
  serviceKeyBody,
  sessionsAnswer,
  userAnswer,
  userChangeBody,
  usersAnswer,
  usersQuery,
} from '../contract.ts'
import { presentCredential, presentKeys, presentOperation, presentUser } from '../present.ts'
import { type Outcome, type ProvenCall, provenRoute } from '../route.ts'

/** What every one of them asks for. */
const administrators = { proof: 'header', role: 'admin', fresh: true, sensitive: true } as const

const USERS = '/access/admin/users'
const USER = `${USERS}/:userCode`
const KEYS = '/access/admin/keys'

export const administrationRoutes = [
  provenRoute({
    ...administrators,
    method: 'GET',
    path: USERS,
    summary: 'All users, page by page.',
    query: usersQuery,
    answers: { 200: usersAnswer },
    async run({ parts, principal, query }) {
      if (query.name !== undefined) {
        const found = await findUser(parts, query.name)
        return { json: { users: found ? [presentUser(found)] : [], next: null } }
      }
      const page = await listUsers(parts, principal, query.after, query.limit)
      return page instanceof AuthError ? page : { json: { users: page.users.map(presentUser), next: page.next } }
    },
  }),
  provenRoute({
    ...administrators,
    method: 'POST',
    path: USERS,
    summary: 'Adds a user, who is not signed in by it.',
    body: { type: JSON_TYPE, schema: newUserBody },
    answers: { 201: userAnswer },
    refusals: ['username.taken', 'username.invalid', ...PASSWORD_REFUSALS],
    async run(call) {
      const { email = null, ...user } = call.body
      const added = await addUser(call.parts, actorOf(call), { ...user, email })
      return added instanceof AuthError ? added : { status: 201, json: { user: presentUser(added) } }
    },
  }),
  provenRoute({
    ...administrators,
    method: 'GET',
    path: USER,
    summary: 'One user.',
    answers: { 200: userAnswer },
    refusals: ['not_found'],
    async run({ parts, parameter }) {
      const user = await readUser(parts, parameter)
      return user instanceof AuthError ? user : { json: { user: presentUser(user) } }
    },
  }),
  provenRoute({
    ...administrators,
    method: 'PATCH',
    path: USER,
    summary:
      'Changes one thing of another user: the roles, whether they may sign in, or the password. The last two end everything of theirs.',
    body: { type: JSON_TYPE, schema: userChangeBody },
    answers: { 200: changedUserAnswer },
    refusals: ['not_found', ...PASSWORD_REFUSALS],
    async run(call) {
      const changed = await changeUser(call)
      return changed instanceof AuthError ? changed : { json: { user: presentUser(changed.user), ended: changed.ended } }
    },
  }),
  provenRoute({
    ...administrators,
    method: 'DELETE',
    path: USER,
    summary: 'Deletes another user and all that belongs to them.',
    answers: { 200: endedAnswer },
    refusals: ['not_found', 'request.invalid'],
    async run(call) {
      const deleted = await deleteUser(call.parts, actorOf(call), call.parameter)
      return deleted instanceof AuthError ? deleted : { json: { ended: deleted.ended } }
    },
  }),
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
  provenRoute({
    ...administrators,
    method: 'GET',
    path: KEYS,
    summary: 'The signing keys, and the keys of services without their values.',
    answers: { 200: keysAnswer },
    async run({ parts }) {
      return { json: presentKeys(await parts.keys.read()) }
    },
  }),
  provenRoute({
    ...administrators,
    method: 'POST',
    path: KEYS,
    summary: 'Makes a key for another service.',
    body: { type: JSON_TYPE, schema: serviceKeyBody },
    answers: { 201: newServiceKeyAnswer },
    async run(call) {
      const added = await addServiceKey(call.parts, actorOf(call), call.body.service)
      if (added instanceof AuthError) return added
      return { status: 201, json: { id: added.record.id, service: added.record.name, key: added.value } }
    },
  }),
  provenRoute({
    ...administrators,
    method: 'DELETE',
    path: `${KEYS}/:keyId`,
    summary: 'Removes the key of a service: it opens nothing any more, and what it has opened ends.',
    answers: { 200: removedKeyAnswer },
    refusals: ['not_found'],
    async run(call) {
      const removed = await removeServiceKey(call.parts, actorOf(call), call.parameter)
      return removed instanceof AuthError ? removed : { json: { removed: removed.id, service: removed.name } }
    },
  }),
  provenRoute({
    ...administrators,
    method: 'POST',
    path: `${KEYS}/rotate`,
    summary: 'Retires the signing key; the next one signs. Tokens signed before stay good until they expire.',
    answers: { 200: rotatedAnswer },
    async run(call) {
      const rotated = await rotateSigningKey(call.parts, actorOf(call))
      return rotated instanceof AuthError ? rotated : { json: { signing: rotated.signing.kid, next: rotated.next.kid } }
    },
  }),
]

function actorOf({ principal, whence }: ProvenCall<unknown, unknown>): Administrator {
  return { principal, whence }
}

async function changeUser(
  call: ProvenCall<{ roles?: string[] | undefined; disabled?: boolean | undefined; password?: string | undefined }>,
) {
  const { parts, parameter, body } = call
  if (body.roles !== undefined) return setRoles(parts, actorOf(call), parameter, body.roles)
  if (body.disabled !== undefined) return setDisabled(parts, actorOf(call), parameter, body.disabled)
  return setPassword(parts, actorOf(call), parameter, body.password ?? '')
}

async function end(call: ProvenCall, what: Revocation): Promise<Outcome | AuthError> {
  const ended = await revoke(call.parts, actorOf(call), what)
  return ended instanceof AuthError ? ended : { json: { ended: { sessions: ended.sessions, remembered: ended.remembered } } }
}
