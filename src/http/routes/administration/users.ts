// Users: listing, adding, changing, deleting.

import { AuthError } from '../../../domain/errors.ts'
import { PASSWORD_REFUSALS } from '../../../domain/password.ts'
import { addUser, deleteUser, findUser, listUsers, readUser, setDisabled, setPassword, setRoles } from '../../../engine/users.ts'
import { JSON_TYPE } from '../../body.ts'
import {
  changedUserAnswer,
  endedAnswer,
  newUserBody,
  type UserChange,
  userAnswer,
  userChangeBody,
  usersAnswer,
  usersQuery,
} from '../../contract.ts'
import { presentUser } from '../../present.ts'
import { type ProvenCall, provenRoute } from '../../route.ts'
import { actorOf, administrators, USER } from './administrators.ts'

const USERS = '/access/admin/users'

export const userRoutes = [
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
      const added = await addUser(call.parts, actorOf(call), { ...user, email }, call.request.signal?.())
      return added instanceof AuthError ? added : { status: 201, json: { user: presentUser(added) } }
    },
  }),
  provenRoute({
    ...administrators,
    method: 'GET',
    path: USER,
    summary: 'One user.',
    answers: { 200: userAnswer },
    refusals: ['resource.not_found'],
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
    refusals: ['resource.not_found', ...PASSWORD_REFUSALS],
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
    refusals: ['resource.not_found', 'request.invalid'],
    async run(call) {
      const deleted = await deleteUser(call.parts, actorOf(call), call.parameter)
      return deleted instanceof AuthError ? deleted : { json: { ended: deleted.ended } }
    },
  }),
]

function changeUser(call: ProvenCall<UserChange>) {
  const { parts, parameter, body } = call
  if (body.roles !== undefined) return setRoles(parts, actorOf(call), parameter, body.roles)
  if (body.disabled !== undefined) return setDisabled(parts, actorOf(call), parameter, body.disabled)
  return setPassword(parts, actorOf(call), parameter, body.password ?? '', call.request.signal?.())
}
