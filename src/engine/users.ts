// User administration by operators and administrators: add, set roles, disable, delete, set a password.

import type { AdminActionName } from '../domain/audit-event.ts'
import { AuthError } from '../domain/errors.ts'
import { USER_ID_PREFIX, USERS_CURSOR_SEAL } from '../domain/persisted-names.ts'
import type { JsonObject } from '../domain/session-data.ts'
import { type UserRecord, usernameKey } from '../domain/user.ts'
import type { CallerSignal } from '../ports/caller-signal.ts'
import type { Change } from '../ports/store.ts'
import { deletionChanges } from './account.ts'
import { type Actor, writeAudited } from './audited-write.ts'
import { type EngineContext, MAX_CAS_RETRIES } from './context.ts'
import { openCursor, sealCursor } from './cursor.ts'
import { countRevoked, type RevokedCounts } from './logout.ts'
import type { Principal } from './principal.ts'
import { checkPassword, createUserRecord, insertUserChanges, type NewUser } from './register.ts'

export interface UsersPage {
  readonly users: readonly UserRecord[]
  /** The cursor of the next page; null on the last page. */
  readonly next: string | null
}

export interface NameReuseOption {
  /** True to allow the username of a deleted user. */
  readonly reuseName?: boolean
}

export type UserResult = { readonly user: UserRecord; readonly ended: RevokedCounts }

/** Finds a user by username or id. @throws StoreError */
export async function findUser(context: EngineContext, nameOrId: string): Promise<UserRecord | undefined> {
  const byId = nameOrId.startsWith(USER_ID_PREFIX) ? await context.store.users.find(nameOrId) : undefined
  const key = usernameKey(nameOrId)
  return byId ?? (key === undefined ? undefined : context.store.users.findByUsernameKey(key))
}

/** The user with this id. Refusal: `resource.not_found`. @throws StoreError */
export async function readUser(context: EngineContext, userId: string): Promise<UserRecord | AuthError> {
  return (await context.store.users.find(userId)) ?? new AuthError('resource.not_found')
}

/** All users, ordered by id. Refusal: `request.malformed` for an invalid cursor. @throws StoreError */
export async function listUsers(
  context: EngineContext,
  { userId }: Pick<Principal, 'userId'>,
  cursor: string | undefined,
  limit: number,
): Promise<UsersPage | AuthError> {
  const after = openCursor(context, USERS_CURSOR_SEAL, userId, cursor, 'after')
  if (after instanceof AuthError) return after
  const listed = await context.store.users.page(after, limit + 1)
  const users = listed.slice(0, limit)
  const last = users.at(-1)
  return { users, next: listed.length > limit && last ? sealCursor(context, USERS_CURSOR_SEAL, userId, last.id) : null }
}

/** Refusals: as `register`. @throws StoreError */
export async function addUser(
  context: EngineContext,
  actor: Actor,
  { reuseName = false, ...input }: NewUser & NameReuseOption,
  signal?: CallerSignal,
): Promise<UserRecord | AuthError> {
  const user = await createUserRecord(
    context,
    { ...input, roles: [...new Set(input.roles)] },
    reuseName ? 'operator_reusing_name' : 'operator',
    signal,
  )
  if (user instanceof AuthError) return user
  const action = { userId: user.id, action: 'account.register', detail: { roles: user.roles } } as const
  const written = await writeAudited(context, actor, [action], insertUserChanges(context, user, reuseName), user.createdAt)
  if (written instanceof AuthError) return written
  return written.committed ? user : new AuthError('username.taken', { field: 'username' })
}

/** Sets the roles: sessions stay, and older tokens have to be renewed. Refusal: `resource.not_found`. @throws StoreError */
export async function setRoles(
  context: EngineContext,
  actor: Actor,
  nameOrId: string,
  roles: readonly string[],
): Promise<UserResult | AuthError> {
  const distinct = [...new Set(roles)]
  const changed = await changeUser(context, actor, nameOrId, 'account.roles', { roles: distinct }, async (user, at) => {
    const next = { ...user, roles: distinct }
    return { next, changes: await roleUpdatesForSessions(context, next, at) }
  })
  if (!(changed instanceof AuthError)) await updateSessionsCreatedMeanwhile(context, changed.user.id)
  return changed
}

/** Updates every session of the user that has other roles. */
async function roleUpdatesForSessions(context: EngineContext, { id, roles }: UserRecord, at: number): Promise<readonly Change[]> {
  const records = await context.store.credentials.listByUser(id)
  const others = records.filter((record) => record.kind === 'session').filter((session) => session.roles.join() !== roles.join())
  return others.flatMap((session): Change[] => [
    { do: 'replace credential', next: { ...session, roles, version: session.version + 1 }, ifVersion: session.version },
    { do: 'append entry', entry: { kind: 'changed', sid: session.id, at, roles } },
  ])
}

/**
 * A sign-in that read the user before the change may have created a session after the sessions were listed. After the change has committed,
 * no new session gets the old roles, so this terminates.
 */
async function updateSessionsCreatedMeanwhile(context: EngineContext, id: string): Promise<void> {
  for (let attempt = 0; attempt < MAX_CAS_RETRIES; attempt += 1) {
    const user = await context.store.users.find(id)
    if (user === undefined) return
    const at = context.clock.now()
    const changes = await roleUpdatesForSessions(context, user, at)
    if (changes.length === 0) return
    const { committed } = await context.store.write([{ do: 'require user', id, version: user.version }, ...changes])
    if (committed) recordChanged(context, changes, at)
  }
}

/** Applies the changes in this process at once; other processes get them from the log. */
function recordChanged(context: EngineContext, changes: readonly Change[], at: number): void {
  for (const each of changes) {
    if (each.do === 'append entry' && each.entry.kind === 'changed') context.revocationFeed.recordChanged(each.entry.sid, at)
  }
}

/** Refusal: `resource.not_found`. @throws StoreError */
export async function setDisabled(
  context: EngineContext,
  actor: Actor,
  nameOrId: string,
  disabled: boolean,
): Promise<UserResult | AuthError> {
  return changeUser(context, actor, nameOrId, disabled ? 'account.disable' : 'account.enable', {}, async (user, at) => ({
    next: { ...user, disabled },
    changes: disabled ? [revokeAll(user, at)] : [],
  }))
}

/**
 * Sets a new password and revokes every credential. Refusals: `resource.not_found`, those of `checkPassword`, `server.busy`. @throws
 * StoreError
 */
export async function setPassword(
  context: EngineContext,
  actor: Actor,
  nameOrId: string,
  password: string,
  signal?: CallerSignal,
): Promise<UserResult | AuthError> {
  const user = await resolveOtherUser(context, actor, nameOrId)
  if (user instanceof AuthError) return user
  const refusal = await checkPassword(context, password, [user.usernameKey, user.email ?? ''], signal)
  if (refusal) return refusal
  const passwordHash = await context.hasher.hash(password, signal)
  if (passwordHash === undefined) return new AuthError('server.busy', { retryAfter: 1 })
  return changeUser(context, actor, user.id, 'password.change', {}, async (current, at) => ({
    next: { ...current, passwordHash },
    changes: [revokeAll(current, at)],
  }))
}

/** Refusal: `resource.not_found`. @throws StoreError */
export async function deleteUser(context: EngineContext, actor: Actor, nameOrId: string): Promise<UserResult | AuthError> {
  const user = await resolveOtherUser(context, actor, nameOrId)
  if (user instanceof AuthError) return user
  const now = context.clock.now()
  // The user's own audit log is deleted with the user.
  const action = { userId: null, action: 'account.delete', detail: { user: user.id, username: user.username } } as const
  const written = await writeAudited(context, actor, [action], deletionChanges(context, user, now), now)
  if (written instanceof AuthError) return written
  if (!written.committed) return new AuthError('resource.not_found')
  context.revocationFeed.recordRevoked(written.ended, now)
  return { user, ended: countRevoked(written.ended) }
}

/** Resolves the target user. Administrators give an id, because any user may take a username that looks like an id. @throws StoreError */
export async function resolveUser(context: EngineContext, actor: Actor, nameOrId: string): Promise<UserRecord | undefined> {
  return actor === 'operator' ? findUser(context, nameOrId) : context.store.users.find(nameOrId)
}

/**
 * As `resolveUser`, but rejects an administrator's own account, which they change elsewhere with their password. Refusals:
 * `resource.not_found`, `request.invalid`.
 */
async function resolveOtherUser(context: EngineContext, actor: Actor, nameOrId: string): Promise<UserRecord | AuthError> {
  const isSelf = actor !== 'operator' && nameOrId === actor.principal.userId
  if (isSelf) return new AuthError('request.invalid', { field: 'userId' })
  return (await resolveUser(context, actor, nameOrId)) ?? new AuthError('resource.not_found')
}

function revokeAll(user: UserRecord, at: number): Change {
  return { do: 'revoke credentials', where: { userId: user.id, except: [] }, reason: 'revoked', at }
}

async function changeUser(
  context: EngineContext,
  actor: Actor,
  nameOrId: string,
  action: AdminActionName,
  detail: JsonObject,
  change: (user: UserRecord, at: number) => Promise<{ readonly next: UserRecord; readonly changes: readonly Change[] }>,
): Promise<UserResult | AuthError> {
  for (let attempt = 0; attempt < MAX_CAS_RETRIES; attempt += 1) {
    const user = await resolveOtherUser(context, actor, nameOrId)
    if (user instanceof AuthError) return user
    const at = context.clock.now()
    const { next, changes } = await change(user, at)
    const replacing: Change = { do: 'replace user', next: { ...next, version: user.version + 1 }, ifVersion: user.version }
    const written = await writeAudited(context, actor, [{ userId: user.id, action, detail }], [replacing, ...changes], at)
    if (written instanceof AuthError) return written
    if (!written.committed) continue
    context.revocationFeed.recordRevoked(written.ended, at)
    recordChanged(context, changes, at)
    return { user: { ...next, version: user.version + 1 }, ended: countRevoked(written.ended) }
  }
  return new AuthError('server.busy', { retryAfter: 1 })
}
