// Admin routes for users: list, add, change, delete.

import { AuthError } from '../../../domain/errors.ts'
import { PASSWORD_REFUSALS } from '../../../domain/password.ts'
import { addUser, deleteUser, findUser, listUsers, readUser, setDisabled, setPassword, setRoles } from '../../../engine/users.ts'
import { JSON_TYPE } from '../../body.ts'
import {
  changedUserResponse,
  newUserBody,
  revokedResponse,
  type UserChange,
  userChangeBody,
  userResponse,
  usersQuery,
  usersResponse,
} from '../../contract.ts'
import { type AuthenticatedContext, authenticatedRoute } from '../../route.ts'
import { serializeUser } from '../../serialize.ts'
import { actorOf, adminAccess, USER } from './admin-access.ts'

const USERS = '/access/admin/users'

export const userRoutes = [
  authenticatedRoute({
    ...adminAccess,
    method: 'GET',
    path: USERS,
    summary: 'All users, in pages.',
    query: usersQuery,
    responses: { 200: usersResponse },
    async run({ engine, principal, query }) {
      if (query.name !== undefined) {
        const found = await findUser(engine, query.name)
        return { json: { users: found ? [serializeUser(found)] : [], next: null } }
      }
      const page = await listUsers(engine, principal, query.after, query.limit)
      return page instanceof AuthError ? page : { json: { users: page.users.map(serializeUser), next: page.next } }
    },
  }),
  authenticatedRoute({
    ...adminAccess,
    method: 'POST',
    path: USERS,
    summary: 'Adds a user without signing in.',
    body: { type: JSON_TYPE, schema: newUserBody },
    responses: { 201: userResponse },
    errorCodes: ['username.taken', 'username.invalid', ...PASSWORD_REFUSALS],
    async run(context) {
      const { email = null, ...user } = context.body
      const added = await addUser(context.engine, actorOf(context), { ...user, email }, context.request.signal?.())
      return added instanceof AuthError ? added : { status: 201, json: { user: serializeUser(added) } }
    },
  }),
  authenticatedRoute({
    ...adminAccess,
    method: 'GET',
    path: USER,
    summary: 'One user.',
    responses: { 200: userResponse },
    errorCodes: ['resource.not_found'],
    async run({ engine, parameter }) {
      const user = await readUser(engine, parameter)
      return user instanceof AuthError ? user : { json: { user: serializeUser(user) } }
    },
  }),
  authenticatedRoute({
    ...adminAccess,
    method: 'PATCH',
    path: USER,
    summary:
      'Changes one property of another user: the roles, whether sign-in is disabled, or the password. The last two revoke all credentials of the user.',
    body: { type: JSON_TYPE, schema: userChangeBody },
    responses: { 200: changedUserResponse },
    errorCodes: ['resource.not_found', ...PASSWORD_REFUSALS],
    async run(context) {
      const changed = await changeUser(context)
      return changed instanceof AuthError ? changed : { json: { user: serializeUser(changed.user), ended: changed.ended } }
    },
  }),
  authenticatedRoute({
    ...adminAccess,
    method: 'DELETE',
    path: USER,
    summary: 'Deletes another user and everything that belongs to the user.',
    responses: { 200: revokedResponse },
    errorCodes: ['resource.not_found', 'request.invalid'],
    async run(context) {
      const deleted = await deleteUser(context.engine, actorOf(context), context.parameter)
      return deleted instanceof AuthError ? deleted : { json: { ended: deleted.ended } }
    },
  }),
]

function changeUser(context: AuthenticatedContext<UserChange>) {
  const { engine, parameter, body } = context
  if (body.roles !== undefined) return setRoles(engine, actorOf(context), parameter, body.roles)
  if (body.disabled !== undefined) return setDisabled(engine, actorOf(context), parameter, body.disabled)
  return setPassword(engine, actorOf(context), parameter, body.password ?? '', context.request.signal?.())
}
