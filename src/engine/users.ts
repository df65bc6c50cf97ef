// What an operator does to users: adding, roles, disabling, deleting, a new password.

import { AuthError } from '../domain/errors.ts'
import type { OwnAction } from '../domain/operation.ts'
import type { JsonObject } from '../domain/session-data.ts'
import { type UserRecord, usernameKey } from '../domain/user.ts'
import type { Change } from '../ports/store.ts'
import { deletionOf } from './account.ts'
import { operation } from './issue.ts'
import { countEnded, type EndedCounts } from './logout.ts'
import { MAX_ATTEMPTS, OPERATOR, type Parts } from './parts.ts'
import { judgePassword, type NewUser, prepareUser } from './register.ts'

export type UserResult = { readonly user: UserRecord; readonly ended: EndedCounts }

/** A user by name or by code. @throws StoreError */
export async function findUser(parts: Parts, nameOrCode: string): Promise<UserRecord | undefined> {
  const byCode = nameOrCode.startsWith('usr_') ? await parts.store.users.find(nameOrCode) : undefined
  const key = usernameKey(nameOrCode)
  return byCode ?? (key === undefined ? undefined : parts.store.users.findByUsernameKey(key))
}

/** Refusals: as `register`. @throws StoreError */
export async function addUser(parts: Parts, input: NewUser): Promise<UserRecord | AuthError> {
  const user = await prepareUser(parts, input)
  if (user instanceof AuthError) return user
  const recorded = operation(
    parts,
    OPERATOR,
    { userCode: user.code, action: 'account.register', detail: { roles: user.roles } },
    user.createdAt,
  )
  const written = await parts.store.write([{ do: 'insert user', user }, recorded])
  return written.landed ? user : new AuthError('username.taken', { field: 'username' })
}

/** Sets the roles: sessions stay, and tokens issued before are to be renewed. Refusal: `not_found`. @throws StoreError */
export async function setRoles(parts: Parts, nameOrCode: string, roles: readonly string[]): Promise<UserResult | AuthError> {
  return changeUser(parts, nameOrCode, 'account.roles', { roles }, async (user, at) => {
    const records = await parts.store.credentials.listByUser(user.code)
    const sessions = records.filter((record) => record.kind === 'session')
    return {
      next: { ...user, roles },
      changes: sessions.flatMap((session): Change[] => [
        { do: 'replace credential', next: { ...session, roles, version: session.version + 1 }, ifVersion: session.version },
        { do: 'append entry', entry: { kind: 'changed', sid: session.id, at, roles } },
      ]),
    }
  })
}

/** Refusal: `not_found`. @throws StoreError */
export async function setDisabled(parts: Parts, nameOrCode: string, disabled: boolean): Promise<UserResult | AuthError> {
  return changeUser(parts, nameOrCode, disabled ? 'account.disable' : 'account.enable', {}, async (user, at) => ({
    next: { ...user, disabled },
    changes: disabled ? [endAll(user, at)] : [],
  }))
}

/** Sets a new password and ends every credential. Refusals: `not_found`, those of `judgePassword`, `busy`. @throws StoreError */
export async function setPassword(parts: Parts, nameOrCode: string, password: string): Promise<UserResult | AuthError> {
  const user = await findUser(parts, nameOrCode)
  if (user === undefined) return new AuthError('not_found')
  const refusal = await judgePassword(parts, password, [user.usernameKey, user.email ?? ''])
  if (refusal) return refusal
  const passwordHash = await parts.hasher.hash(password)
  if (passwordHash === undefined) return new AuthError('busy', { retryAfter: 1 })
  return changeUser(parts, user.code, 'password.change', { by: 'operator' }, async (current, at) => ({
    next: { ...current, passwordHash },
    changes: [endAll(current, at)],
  }))
}

/** Refusal: `not_found`. @throws StoreError */
export async function deleteUser(parts: Parts, nameOrCode: string): Promise<UserResult | AuthError> {
  const user = await findUser(parts, nameOrCode)
  if (user === undefined) return new AuthError('not_found')
  const now = parts.clock.now()
  const written = await parts.store.write(deletionOf(user, now))
  if (!written.landed) return new AuthError('not_found')
  parts.endings.noteEnded(written.ended, now)
  return { user, ended: countEnded(written.ended) }
}

function endAll(user: UserRecord, at: number): Change {
  return { do: 'end credentials', where: { userCode: user.code, except: [] }, reason: 'revoked', at }
}

async function changeUser(
  parts: Parts,
  nameOrCode: string,
  action: OwnAction,
  detail: JsonObject,
  change: (user: UserRecord, at: number) => Promise<{ readonly next: UserRecord; readonly changes: readonly Change[] }>,
): Promise<UserResult | AuthError> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const user = await findUser(parts, nameOrCode)
    if (user === undefined) return new AuthError('not_found')
    const at = parts.clock.now()
    const { next, changes } = await change(user, at)
    const written = await parts.store.write([
      { do: 'replace user', next: { ...next, version: user.version + 1 }, ifVersion: user.version },
      ...changes,
      operation(parts, OPERATOR, { userCode: user.code, action, detail }, at),
    ])
    if (!written.landed) continue
    parts.endings.noteEnded(written.ended, at)
    return { user: { ...next, version: user.version + 1 }, ended: countEnded(written.ended) }
  }
  return new AuthError('busy', { retryAfter: 1 })
}
